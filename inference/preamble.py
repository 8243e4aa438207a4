"""The full prompt for general models: what comes before the picture, in plain words. The line after the picture is the
compact one of `inference.prompts`, which a model trained on it understands alone.

One text a task, the same in every step, so that a model may keep what it computed for it. Knows the wording and the
landmarks; knows no model, no picture and no truth.
"""

from __future__ import annotations

from functools import lru_cache

from inference.prompts import EXTENT_MM
from inference.regions import REGIONS
from sim.landmarks import LANDMARKS

MAX_TOKENS_FULL = {"retrieval": 96, "localization": 48, "correction": 400, "navigation": 512, "regions": 48}
"""Most tokens of a general model's reply: tags cost its tokenizer two to five tokens each."""

ENDINGS = {"navigation": "</output>", "correction": "</response>"}
"""What closes a reply; a general model that goes on after it is not listened to, since every token costs time."""

_SCENE = (
    "You are looking at one X-ray of a person who lies on the back with the arms crossed over the abdomen, made by a "
    "simulated C-arm from the front. The head is up in the picture. The person's right side is on the left of the "
    "picture. Left and right always mean the person's own. Thick bone is bright."
)
_NETWORK = (
    "A line that begins with `Network:` gives what a measuring network reads: distances from the centre of the picture "
    "in centimetres. It is often right and sometimes wrong; check it against the picture."
)
_HONEST = "Judge by what the picture shows. Write nothing before or after the answer."


def _list() -> str:
    return "The landmarks and their numbers: " + "; ".join(f"{mark.id} {mark.title}" for mark in LANDMARKS) + "."


def _extents() -> str:
    return ", ".join(f"{name} is {mm:.0f} mm" for name, mm in EXTENT_MM.items())


@lru_cache(maxsize=8)
def preamble(task: str) -> str:
    """What a general model is told before it sees the picture. Raises ValueError for an unknown task."""
    if task == "localization":
        rest = (
            "One of the landmarks lies at the centre of the picture. When you read `Localize: two landmarks.`, answer "
            "with the numbers of the two likeliest ones, the likeliest first, in square brackets, such as [10,11]."
        )
    elif task == "retrieval":
        rest = (
            "When you read `Retrieve: three landmarks.`, answer with the three landmarks that lie nearest to the "
            "centre of the picture, counting depth too, the nearest first, as numbers and names in square brackets, "
            "such as [10: T1, 11: Carina, 3: Left humeral head]."
        )
    elif task == "correction":
        rest = (
            "You have said which landmarks could be at the centre, and the clinician who works with you has an opinion "
            "about it. You will read `Correct [your two numbers]. Clinician: their words`. Look again with their words "
            "in mind; keep your answer where the picture supports it. Reply in this form, with fewer than five "
            "sentences that name structures you see, then two different numbers, the likeliest first:\n"
            "<response><visual_reasoning>...</visual_reasoning><landmarks>[7,13]</landmarks></response>"
        )
    elif task == "navigation":
        rest = (
            "You steer the view toward a landmark. First say which landmark of the list is nearest to the centre now. "
            "Then choose how the VIEW must move so that the target comes to the centre: across to the person's LEFT or "
            "RIGHT, along the body UP toward the head or DOWN toward the feet, or CENTER when it need not move on that "
            f"axis. The extent of a move: {_extents()}. CENTER goes with NONE and with nothing else. Choose the extent "
            "nearest to the real distance: the picture shows about 215 mm of the person from edge to edge. CENTER on "
            "both axes means that the target has been reached. You will read `Navigate to TARGET.`, with `Last:`, the "
            "landmark you named and the move that was made before this picture. Each reason is one sentence that names "
            "the nearest landmark and the target and agrees with the move. Reply in this form:\n"
            "<output><step1><context>NAME</context></step1><step2><x>LEFT</x><extent_x>SMALL</extent_x><y>UP</y>"
            "<extent_y>LARGE</extent_y><reason_x>...</reason_x><reason_y>...</reason_y></step2></output>"
        )
    elif task == "regions":
        names = "; ".join(f"{number} {name}" for number, name in enumerate(REGIONS))
        return (
            "You are looking at one radiograph. The regions of the body and their numbers: " + names + ". When you "
            "read `Regions: two labels.`, answer with the numbers of the two regions that the picture most likely "
            f"shows, the likeliest first, in square brackets, such as [3,20]. {_HONEST}"
        )
    else:
        raise ValueError(f"There is no task called {task}.")
    return f"{_SCENE}\n{_list()}\n{rest}\n{_NETWORK}\n{_HONEST}"
