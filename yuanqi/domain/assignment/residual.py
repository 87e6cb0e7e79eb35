"""Dual prices of a flow: shortest ways over what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yuanqi.domain.assignment.coding import Ints


@dataclass(frozen=True)
class Arcs:
    """Arcs of a network, in step."""

    tail: Ints
    head: Ints
    room: Ints
    cost: Ints

    @classmethod
    def joined(cls, *parts: Arcs) -> Arcs:
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("tail", "head", "room", "cost")
            )
        )


def distances(nodes: int, arcs: Arcs, flow: Ints) -> Ints:
    """The greatest numbers up to nought, one a node, with `number[head] <= number[tail] + cost`
    along all arcs that have room, and against those that carry something.

    They exist just when the flow costs the least (Bellman and Ford's way; else ValueError).
    """
    onward, back = flow < arcs.room, flow > 0
    tail = np.concatenate([arcs.tail[onward], arcs.head[back]])
    head = np.concatenate([arcs.head[onward], arcs.tail[back]])
    cost = np.concatenate([arcs.cost[onward], -arcs.cost[back]])
    order = np.argsort(head, kind="stable")
    tail, head, cost = tail[order], head[order], cost[order]
    number = np.zeros(nodes, dtype=np.int64)
    if not len(head):
        return number
    first = np.flatnonzero(np.r_[True, head[1:] != head[:-1]])
    at = head[first]
    for _step in range(nodes + 1):
        nearer = np.minimum(number[at], np.minimum.reduceat(number[tail] + cost, first))
        if np.array_equal(nearer, number[at]):
            return number
        number[at] = nearer
    raise ValueError("this flow is not the cheapest")
