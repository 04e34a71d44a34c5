"""The words for the parts of a written pair's score, Danish and English."""

PHRASES: dict[str, tuple[str, str]] = {
    "words": ("Fælles ord: {about}.", "Words in common: {about}."),
    "terms": (
        "Annoncens sjældne ord: {share} % af det bedste CV.",
        "The advert's rare words: {share} % of the best CV.",
    ),
    "letters": ("Ord, der ligner: {share} % af det bedste CV.", "Words that look alike: {share} % of the best CV."),
    "occupation": ("Stillinger, der ligner hinanden: {about}.", "Occupations that are alike: {about}."),
    "meaning": ("Samme emne: {share} % af det bedste CV.", "The same subject: {share} % of the best CV."),
    "requirements": ("Krav i annoncen, som CV'et nævner: {share} %.", "Requirements that the CV mentions: {share} %."),
}
