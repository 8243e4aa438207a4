"""The fourteen skeletal landmarks: ids, keys and names (arXiv 2604.18740). Knows no positions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Landmark:
    """One landmark. `names` holds the published variants without the side; `side` is the patient's."""

    id: int
    key: str
    side: str  # "right", "left" or ""
    names: tuple[str, ...]
    point: str

    @property
    def title(self) -> str:
        """The name shown on screen, e.g. "right humeral head"."""
        return self.name(0)

    def name(self, variant: int) -> str:
        """Variant `variant` of the name with its side, lower case but for T1 and T12."""
        plain = self.names[variant]
        plain = plain if plain.startswith("T1") else plain[0].lower() + plain[1:]
        return f"{self.side} {plain}" if self.side else plain


_HUMERAL = ("Humeral head", "Proximal humerus", "Head of humerus", "Glenohumeral head")
_SCAPULA = ("Scapular inferior angle", "Lower tip of scapula", "Shoulder blade tip")
_ELBOW = ("Elbow", "Olecranon", "Cubital joint", "Elbow joint")
_WRIST = ("Wrist", "Carpus", "Radiocarpal joint", "Wrist joint")
_DOME = ("Hemidiaphragm", "Diaphragmatic dome", "Diaphragmatic crus")

LANDMARKS: tuple[Landmark, ...] = (
    Landmark(1, "skull", "", ("Skull", "Cranium", "Cranial vault", "Calvarium"), "centre of the cranial vault"),
    Landmark(2, "right_humeral_head", "right", _HUMERAL, "centre of the articular sphere"),
    Landmark(3, "left_humeral_head", "left", _HUMERAL, "centre of the articular sphere"),
    Landmark(4, "right_scapular_inferior_angle", "right", _SCAPULA, "tip"),
    Landmark(5, "left_scapular_inferior_angle", "left", _SCAPULA, "tip"),
    Landmark(6, "right_elbow", "right", _ELBOW, "midway between the epicondyles"),
    Landmark(7, "left_elbow", "left", _ELBOW, "midway between the epicondyles"),
    Landmark(8, "right_wrist", "right", _WRIST, "centre of the carpus"),
    Landmark(9, "left_wrist", "left", _WRIST, "centre of the carpus"),
    Landmark(
        10,
        "t1",
        "",
        ("T1", "First thoracic vertebra", "T1 vertebral body", "Upper thoracic vertebra"),
        "centre of the vertebral body",
    ),
    Landmark(
        11,
        "carina",
        "",
        ("Carina", "Tracheal bifurcation", "Tracheal carina"),
        "ridge of the tracheal bifurcation",
    ),
    Landmark(12, "right_hemidiaphragm", "right", _DOME, "highest point of the dome"),
    Landmark(13, "left_hemidiaphragm", "left", _DOME, "highest point of the dome"),
    Landmark(
        14,
        "t12",
        "",
        ("T12", "Twelfth thoracic vertebra", "T12 vertebral body", "Lower thoracic vertebra"),
        "centre of the vertebral body",
    ),
)

KEYS: tuple[str, ...] = tuple(mark.key for mark in LANDMARKS)
BY_KEY: dict[str, Landmark] = {mark.key: mark for mark in LANDMARKS}
BY_ID: dict[int, Landmark] = {mark.id: mark for mark in LANDMARKS}
ARM_KEYS: frozenset[str] = frozenset(k for k in KEYS if k.endswith(("elbow", "wrist")))


def the(key: str, capital: bool = False) -> str:
    """The landmark called `key` as it stands in a sentence, "the right humeral head" or "T1"; `capital`: at its
    beginning."""
    title = BY_KEY[key].title
    return title if title in ("T1", "T12") else f"{'The' if capital else 'the'} {title}"
