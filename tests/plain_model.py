"""What collections, groups and positions are, in plain lists: the yardstick for the real ones.

Every method does what one request asks for and returns the status that the API should answer
with. A request that is refused changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class PlainGroup:
    name: str
    artifacts: list[str] = field(default_factory=list)


@dataclass
class PlainCollection:
    name: str
    members: set[str] = field(default_factory=set)
    groups: dict[str, PlainGroup] = field(default_factory=dict)

    def names(self, *, but: str | None = None) -> set[str]:
        return {group.name for id, group in self.groups.items() if id != but}

    def free_name(self, name: str) -> str:
        numbered = (f"{name} ({number})" for number in range(2, len(self.groups) + 3))
        return next(free for free in (name, *numbered) if free not in self.names())

    def leave(self, artifact: str) -> None:
        self.members.discard(artifact)
        for group in self.groups.values():
            if artifact in group.artifacts:
                group.artifacts.remove(artifact)

    def order(self, ids: Sequence[str]) -> None:
        self.groups = {id: self.groups[id] for id in ids}


def block_in(items: Sequence[str], block: Sequence[str], position: int | None) -> list[str]:
    """``items`` with ``block`` at a place; without one only what is new goes to the end."""
    if position is None:
        return [*items, *(item for item in block if item not in items)]
    others = [item for item in items if item not in block]
    return [*others[:position], *block, *others[position:]]


def rearranged(items: Sequence[str], positions: Mapping[str, int]) -> list[str]:
    others = [item for item in items if item not in positions]
    for position, item in sorted((position, item) for item, position in positions.items()):
        others.insert(position, item)
    return others


@dataclass
class PlainModel:
    artifacts: set[str] = field(default_factory=set)
    collections: dict[str, PlainCollection] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        return {
            id: (
                collection.name,
                collection.members,
                [(id, group.name, group.artifacts) for id, group in collection.groups.items()],
            )
            for id, collection in self.collections.items()
        }

    def home(self, group: str) -> PlainCollection:
        return next(collection for collection in self.collections.values() if group in collection.groups)

    def group(self, id: str) -> PlainGroup:
        return self.home(id).groups[id]

    def places(self, group_id: str, artifacts: Iterable[str]) -> list[tuple[str, int]]:
        return [(id, self.group(group_id).artifacts.index(id)) for id in dict.fromkeys(artifacts)]

    def siblings(self, group_id: str) -> list[str]:
        return list(self.home(group_id).groups)

    def group_ids(self) -> list[str]:
        return [id for collection in self.collections.values() for id in collection.groups]

    def name_collection(self, id: str, name: str) -> int:
        if name in {collection.name for other, collection in self.collections.items() if other != id}:
            return 400
        self.collections.setdefault(id, PlainCollection(name)).name = name
        return 200

    def delete_artifact(self, id: str) -> int:
        self.artifacts.remove(id)
        for collection in self.collections.values():
            collection.leave(id)
        return 204

    def add(self, collection_id: str, artifacts: Sequence[str]) -> int:
        members = self.collections[collection_id].members
        new = set(artifacts) - members
        members |= new
        return 201 if new else 200

    def transfer(self, source_id: str, target_id: str, artifacts: Sequence[str], *, move: bool) -> int:
        source = self.collections[source_id]
        if source_id == target_id or not source.members >= set(artifacts):
            return 400
        self.add(target_id, artifacts)
        for artifact in artifacts if move else ():
            source.leave(artifact)
        return 200

    def create_group(self, collection_id: str, id: str, name: str, position: int | None) -> int:
        collection = self.collections[collection_id]
        if name in collection.names():
            return 400
        order = block_in(list(collection.groups), [id], position)
        collection.groups[id] = PlainGroup(name)
        collection.order(order)
        return 201

    def update_group(self, id: str, name: str | None, position: int | None) -> int:
        collection = self.home(id)
        if name in collection.names(but=id) or (position or 0) >= len(collection.groups):
            return 400
        if name is not None:
            collection.groups[id].name = name
        if position is not None:
            collection.order(block_in(list(collection.groups), [id], position))
        return 200

    def reorder_groups(self, positions: Mapping[str, int]) -> int:
        collection = self.home(next(iter(positions)))
        if not collection.groups.keys() >= positions.keys() or not fits(positions, len(collection.groups)):
            return 400
        collection.order(rearranged(list(collection.groups), positions))
        return 200

    def place(self, group_id: str, artifacts: Sequence[str], position: int | None) -> int:
        group = self.group(group_id)
        new = set(artifacts) - set(group.artifacts)
        group.artifacts = block_in(group.artifacts, list(dict.fromkeys(artifacts)), position)
        self.home(group_id).members.update(artifacts)
        return 201 if new else 200

    def position(self, group_id: str, artifact: str, position: int) -> int:
        group = self.group(group_id)
        if artifact not in group.artifacts:
            return 404
        if position >= len(group.artifacts):
            return 400
        group.artifacts = block_in(group.artifacts, [artifact], position)
        return 200

    def reorder_artifacts(self, group_id: str, positions: Mapping[str, int]) -> int:
        group = self.group(group_id)
        if not set(group.artifacts) >= positions.keys() or not fits(positions, len(group.artifacts)):
            return 400
        group.artifacts = rearranged(group.artifacts, positions)
        return 200

    def move(self, source_id: str, target_id: str, artifacts: Sequence[str], position: int | None) -> int:
        source = self.group(source_id)
        if source_id == target_id or not set(source.artifacts) >= set(artifacts):
            return 400
        source.artifacts = [artifact for artifact in source.artifacts if artifact not in artifacts]
        self.place(target_id, artifacts, position)
        return 200

    def copy_group(self, group_id: str, target_id: str, copy_id: str, name: str | None) -> int:
        group, target = self.group(group_id), self.collections[target_id]
        if name in target.names():
            return 400
        target.groups[copy_id] = PlainGroup(name or target.free_name(group.name), list(group.artifacts))
        target.members.update(group.artifacts)
        return 201


def fits(positions: Mapping[str, int], count: int) -> bool:
    """Whether every place exists and none is asked for twice."""
    places = list(positions.values())
    return max(places) < count and len(set(places)) == len(places)
