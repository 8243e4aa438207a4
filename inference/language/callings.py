"""Whom a line calls: "Dr Novak, ...", "the carina now, Maria". Text to text.

Only a title with a name behind it, and the given names of a closed list, are let fall: any other word that nobody knows
may change what is meant, whatever letter it begins with, and stays to be asked about.
"""

from __future__ import annotations

import re

_NAMES = """
    aaron adam adele adrian ahmed aisha akira alan alberto alejandro alessandro alex alexander alexandra alexei ali
    alice
    alicia alina amanda amelia amina amir amit amy ana anders andrea andreas andrew andy angela anil anita anja anjali
    ann anna anne annie anthony antonio anya arjun arun asha astrid ayse barbara beatriz ben benjamin bernd bianca
    birgit bjorn boris brian bruno camila carla carlos carmen caroline cecilia charlie charlotte chen chiara chris
    christian christina christine claire clara claudia colin daniel daniela danny dave david deborah deepak denise diana
    diego dieter dimitri dmitri dominic dorothy doris eduardo edward elena eleni elisa elizabeth ella ellen emily emma
    enrique eric erik erika esther ethan eva evelyn fatima federico felix fernando fiona florian francesca francesco
    francisco freya gabriel gabriela gavin george georgia gerald gianni giorgio giovanni giulia greta gustavo guido
    hannah hans harry hassan heather heidi heike helen helena helga henry hiroshi hugo ian ibrahim ines ingrid irene
    irina isaac isabel isabella ivan ivana jakob james jamie jan jana jane janet jason javier jean jeff jennifer jenny
    jens jessica jill joan joanna joao joe john johan jonas jonathan jorge jose joseph joshua juan judith julia julian
    julie jun jurgen kai karen karim karin karl karthik katarina kate katharina katherine kathleen kathy katie keiko
    keith kelly kevin khalid kim kimberly klaus kumar lakshmi lars laszlo laura lauren leila lena leo leon leonardo lily
    linda lisa liz louise luca lucas lucia lucy luis luke lukas lydia magda mahmoud marco marcos margaret maria mariam
    marie marina marion marta martha martin martina mary matteo matthew matthias maya megan mehmet mei michael michelle
    miguel mike mikhail milan mohamed mohammed monica monika natalia natasha nadia neha nicholas nick nicola nicole
    nikolai nina noah nora olaf oleg olga oliver olivia omar oscar pablo paolo patricia patrick paul paula pavel pedro
    peter petra philip pierre pilar piotr pooja priya rachel rafael rahul raj rajesh ramesh ravi rebecca ricardo richard
    rita robert roberto rohan roland rosa ruth ryan sabine sam samantha samuel sandeep sandra sanjay sara sarah
    sebastian
    sergei sergio shreya silvia simon simone sofia sophia sophie stefan stefanie stella stephanie stephen steve steven
    sunil susan susanne suresh svetlana sven sylvia tamara tanya tatiana teresa theo theresa thomas tim tina tom tomas
    tommy tony tracy ulrike uma ursula valentina valeria vanessa vera vera veronica victor victoria vijay vikram vincent
    viktor vladimir walter wei wendy werner wolfgang xavier yan yuki yusuf yves yvonne zahra zoe"""
"""Given names, and no word that a command may hold or that doubts, warns or puts off."""

_NAME = rf"(?:{'|'.join(_NAMES.split())})"
_TITLED = re.compile(r"(?:^|(?<=,))\s*(?:Dr|Mr|Mrs|Ms|Prof|Professor|Doctor|Nurse|Sister)\.? [A-Z][a-z]+\s*(?:,|$)")
_AHEAD = re.compile(
    rf"^\W*(?:(?:hey|hi|hello|ok|okay|thanks|please) )?{_NAME}(?:\s*[,:!]|(?= (?:please|can|could|would|will)\b))",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"(?:\s*,\s*|(?<=\bplease)\s+|(?<=\bthanks)\s+|(?<=\bthank you)\s+|(?<=\bnow)\s+){_NAME}(?=[.!?]*\s*$)",
    re.IGNORECASE,
)


def without_callings(text: str) -> str:
    """`text` without the person it speaks to."""
    return _BEHIND.sub("", _AHEAD.sub(" ", _TITLED.sub(" ", text)))
