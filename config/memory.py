"""How often a process looks for rings of dead objects."""

import gc

_NEW_OBJECTS = 50_000  # between two looks at the youngest; Python's own 700 is for small programs


def rarely_collected() -> None:
    """Look seldom, and never again at what stands since the start (from a process that serves).

    A page makes tens of thousands of objects, and nearly all of them end with it by themselves: to
    look for rings among them took a tenth of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)
