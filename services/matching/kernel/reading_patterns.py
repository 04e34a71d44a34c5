"""The patterns behind reading, over normalised text (lower case, one space), Danish and English together."""

import re

from services.matching.kernel.records import Level, Shift


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)")


_DRIVE = r"(?:kørekort|korekort|koerekort|førerbevis|driving licen[cs]e|driver'?s? licen[cs]e|licen[cs]e category)"
_CLASS = r"(?:\s*(?:til|kat\.?|kategori|category|klasse|class|\(category|type|[:(-]))*\s*"
LICENCES: dict[str, re.Pattern[str]] = {
    "drive_ce": _any(_DRIVE + _CLASS + r"c\s*(?:/\s*|\+\s*)?e"),
    "drive_be": _any(_DRIVE + _CLASS + r"b\s*(?:/\s*|\+\s*)e", r"trailerkort"),
    "drive_d": _any(_DRIVE + _CLASS + r"(?:d|bus)", r"buskørekort", r"bus driv(?:ing|er'?s) licen[cs]e"),
    "drive_c": _any(
        _DRIVE + _CLASS + r"(?:c(?!\s*[/+]\s*e)|lastbil)", r"lastbilkørekort", r"(?:hgv|truck driving) licen[cs]e"
    ),
    "drive_a": _any(_DRIVE + _CLASS + r"(?:a|motorcykel)", r"motorcycle licen[cs]e"),
    "drive_b": _any(_DRIVE + r"(?!" + _CLASS + r"(?:a|c|d|ce|c/e|bus|lastbil|motorcykel)(?!\w))"),
    "drive_professional": _any(
        r"chaufføruddannelsesbevis", r"kvalifikationsbevis", r"driver cpc", r"eu[- ]efteruddannelse"
    ),
    "taxi": _any(r"taxi(?:chauffør)?kort", r"taxi driver card", r"taxi licen[cs]e"),
    "truck_b": _any(
        r"truck-?\s?(?:certifikat|kort|bevis|førerbevis)(?:\s*b)?",
        r"gaffeltruck(?:certifikat|kort)?",
        r"fork-?\s?lift (?:certificate|licen[cs]e|truck licen[cs]e)",
    ),
    "crane": _any(r"kran(?:fører)?(?:certifikat|bevis)", r"crane (?:certificate|licen[cs]e)"),
    "telehandler": _any(r"teleskoplæsser(?:certifikat|kort|bevis)?", r"telehandler (?:certificate|licen[cs]e)"),
    "lift": _any(r"lift(?:certifikat|kort|bevis)"),
    "adr": _any(r"adr[- ]?(?:bevis|certifikat|kursus|certificate|licen[cs]e)", r"adr"),
    "scaffold": _any(r"stillads(?:uddannelse|kursus|bevis|certifikat)", r"scaffolding (?:certificate|card)"),
    "roadwork": _any(r"vejen som arbejdsplads"),
    "weld_mig": _any(r"(?:mig|mag|mig/mag)[- ]?(?:svejs\w*|weld\w*)"),
    "weld_tig": _any(r"tig[- ]?(?:svejs\w*|weld\w*)"),
    "weld_stick": _any(r"elektrodesvejs\w*", r"stick welding"),
    "epoxy": _any(r"epoxy(?:bevis|kursus|certifikat)?"),
    "asbestos": _any(r"asbest(?:bevis|kursus|certifikat)", r"asbestos certificate"),
    "hot_work": _any(r"varmt arbejde", r"hot work certificate"),
    "hygiene": _any(
        r"hygiejne(?:bevis|certifikat|kursus)",
        r"food (?:hygiene|safety|handler'?s?) (?:certificate|certification|card)",
    ),
    "first_aid": _any(
        r"førstehjælps?(?:bevis|kursus|certifikat)", r"first aid (?:certificate|certification)", r"cpr certifi\w+"
    ),
    "chainsaw": _any(r"motorsavs?(?:bevis|kursus|kørekort)", r"chainsaw (?:certificate|licen[cs]e)"),
    "spraying": _any(r"sprøjte(?:certifikat|bevis)", r"spraying certificate"),
    "electrician": _any(r"el-?autorisation", r"autoriseret elinstallatør", r"licensed electrician"),
    "nurse": _any(
        r"autoriseret sygeplejerske",
        r"sygeplejerskeautorisation",
        r"autorisation som sygeplejerske",
        r"registered nurse",
        r"rn licen[cs]e",
    ),
    "doctor": _any(r"autorisation som læge", r"medical licen[cs]e", r"licensed physician"),
    "care_assistant": _any(r"autoriseret social- og sundhedsassistent", r"sosu-?assistent"),
    "care_helper": _any(r"sosu-?hjælper"),
    "guard": _any(r"vagt(?:godkendelse|kort|certifikat)", r"security guard licen[cs]e"),
}
NEGATION = re.compile(
    r"\b(?:ikke|ingen|intet|uden|mangler|no|not|without|lack|don't have|do not have|don't hold)\b[^.;:!?]*$"
)
LANGUAGES: dict[str, re.Pattern[str]] = {
    "da": _any("dansk", "danish"),
    "en": _any("engelsk", "english"),
    "de": _any("tysk", "german"),
    "sv": _any("svensk", "swedish"),
    "no": _any("norsk", "norwegian"),
    "fr": _any("fransk", "french"),
    "es": _any("spansk", "spanish"),
    "pl": _any("polsk", "polish"),
    "ar": _any("arabisk", "arabic"),
    "tr": _any("tyrkisk", "turkish"),
    "uk": _any("ukrainsk", "ukrainian"),
    "nl": _any("hollandsk", "dutch"),
    "it": _any("italiensk", "italian"),
    "ru": _any("russisk", "russian"),
    "ro": _any("rumænsk", "romanian"),
}
# Highest first; a language without any of these words beside it is a nationality, a cuisine or a market.
LEVELS: dict[Level, re.Pattern[str]] = {
    "c2": _any(r"c2", r"modersmål", r"native", r"mother tongue", r"bilingual"),
    "c1": _any(r"c1", r"flydende", r"fluent(?:ly)?", r"forhandlingsniveau", r"full professional", r"perfekt"),
    "b2": _any(
        r"b2",
        r"godt",
        r"gode?",
        r"professional",
        r"advanced",
        r"proficient",
        r"i skrift og tale",
        r"written and spoken",
        r"mundtligt og skriftligt",
        r"good",
        r"excellent",
        r"strong",
    ),
    "b1": _any(
        r"b1",
        r"taler",
        r"speak(?:s|ing)?",
        r"sprog(?:kundskaber|færdigheder)?",
        r"languages?",
        r"intermediate",
        r"conversational",
        r"læser",
    ),
    "a2": _any(r"a2", r"nogenlunde", r"basic", r"begynder", r"basalt", r"lidt", r"elementary", r"limited"),
    "a1": _any(r"a1"),
}
SHIFTS: dict[Shift, re.Pattern[str]] = {
    "day": _any(r"dag(?:vagt(?:er)?|hold|arbejde)", r"day (?:shifts?|work)"),
    "evening": _any(r"aften(?:vagt(?:er)?|hold|arbejde)?", r"evening (?:shifts?|work)", r"skiftehold", r"evenings"),
    "night": _any(r"natte?(?:vagt(?:er)?|hold|arbejde)?", r"night (?:shifts?|work)", r"døgnvagt(?:er)?", r"nights"),
    "weekend": _any(r"weekend(?:vagt(?:er)?|arbejde|er|s)?"),
}
_NUMBER = r"\d{1,2}(?:[.,]\d{1,2})?"
HOURS = re.compile(
    rf"(?<![\d.,])(?:(?P<low>{_NUMBER})\s*(?:-|–|til|to)\s*)?(?P<high>{_NUMBER})\s*(?:timers?|t|hours?|hrs?)\.?\s*"
    r"(?:(?:om|pr\.?|per|a|/)\s*(?:ugen?|uge|week)|ugentlig\w*|weekly|/\s*uge|arbejdsuge|stilling|(?:work )?week)"
)
YEARS = re.compile(
    r"(?<![\d.,])(?P<years>\d{1,2})\s*\+?\s*(?:års?|years?'?|yrs?)\s+(?:of\s+)?(?:\w+\s+){0,3}?"
    r"(?:erfaring\w*|experience|erhvervserfaring|anciennitet)"
)
