"""A park of any size: lives of the demo park told again by many other enterprises, on other days.

A few thousand requests are lived by the acts (`park`, `past`). Each other one repeats such a life,
moved by whole days to where the working calendar looks just the same, so that every instant that
follows from the calendar moves along and is right. Only names, keys, numbers, days and hashes
differ, and those are written into prepared text and copied in.
"""
