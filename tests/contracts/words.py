"""The words that no field of an event may have: they say who somebody is, or what was written about them."""

PERSONAL = frozenset(
    [
        "name",
        "firstname",
        "lastname",
        "cpr",
        "ssn",
        "email",
        "mail",
        "phone",
        "mobile",
        "telephone",
        "address",
        "street",
        "birth",
        "birthday",
        "birthdate",
        "gender",
        "text",
        "note",
        "notes",
        "comment",
        "remark",
        "free",
        "description",
        "subject",
        "body",
        "diagnosis",
        "health",
    ]
)


def about_a_person(field: str) -> str | None:
    """The first word of a field's name that gives a person away, None when there is none."""
    return next((word for word in field.lower().split("_") if word in PERSONAL), None)
