"""Levels of a graph: nodes after everything that they depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["levels"]


def levels(followers: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Level of each node: above those of all nodes it follows, but for nodes of a circle, which
    have the same one.

    ``followers`` has every node as a key; to each it gives the nodes that depend on it.
    """
    result: dict[int, int] = {}
    for component in reversed(_components(followers)):
        level = max((result[node] for node in component if node in result), default=0)
        inside = set(component)
        for node in component:
            result[node] = level
        for node in component:
            for follower in followers[node]:
                if follower not in inside:
                    result[follower] = max(result.get(follower, 0), level + 1)
    return result


def _components(followers: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Strongly connected components, each after all that it leads to (Tarjan's algorithm)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for root in followers:
        if root in order:
            continue
        work = [(root, iter(followers[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for follower in rest:
                if follower not in order:
                    order[follower] = low[follower] = len(order)
                    stack.append(follower)
                    on_stack.add(follower)
                    work.append((follower, iter(followers[follower])))
                    break
                if follower in on_stack:
                    low[node] = min(low[node], order[follower])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    component: list[int] = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    found.append(component)
    return found
