"""The words of the command line by type. Phrases stand between semicolons; "the", "of" and "please" are dropped from
them as from what is typed. `words.py` reads these tables and says what the types are for."""

from __future__ import annotations

from inference.language.lexicon_answers import ANSWERS
from inference.language.lexicon_deeds import DEEDS
from inference.language.lexicon_ways import WAYS
from inference.language.lexicon_wishes import WISHES

LEXICON: dict[str, dict[object, str]] = ANSWERS | WAYS | DEEDS | WISHES
"""Type of token -> its value -> the phrases that mean it."""

ORDER = """
    STOP WRONG LOOK NO YES OKAY HELP LOCATE ISTHIS DONT NOT IS HOME PREV UNDO THEN COLL ZOOM PLUSIMAGE AP
    LATERAL ANGLE UNSURE DIRX SIDE DIR CRAN HEAD FEET VAGUE MORE UNIT DEG BEAM XRAY START V DEVICE THING
    OLDIMAGE IMAGE SCREEN ON OFF END OPEN BLADE MOVENOUN QUESTION THERE BACK TO AND OR BUT WHICH NEW"""
"""A phrase listed under two types belongs to the one that comes first here."""
