"""What of the directory's tables the audit log may repeat; whatever is a person's own is hidden in it."""

from shared.trail import Telling

GUESSES = "counts failed sign-ins: nobody decided anything"

TELLING = Telling(
    told={
        "agreement_versions": ("content_hash", "approvals"),
        "api_keys": ("name", "scopes"),
        "district_records": ("name",),
        "districts": ("name", "name_key"),
        "duties": ("code", "name", "unit"),
        "duty_entries": ("duty_code",),
        "group_memberships": ("duty",),
        "group_records": ("name", "subject"),
        "import_batches": ("file_name", "digest", "counts", "changes_digest"),
        "memberships": ("subject", "second_subjects"),
        "pairing_policies": ("source", "weights", "focuses", "duties", "template"),
        "pairings": ("number", "focus"),
        "person_erasures": ("pseudonym",),
        "provider_links": ("issuer",),
        "school_aliases": ("alias", "alias_key"),
        "school_records": ("name", "name_key", "short_name"),
        "schools": ("code",),
        "signatures": ("content_hash",),
        "stage_sets": ("source", "stages"),
        "transfers": ("subject",),
    },
    hidden={
        "absences": ("kind", "document"),
        "accounts": ("username",),
        "address_tries": ("username", "address"),
        "agreement_versions": ("content", "flags", "why"),
        "duty_entries": ("note",),
        "evaluations": ("text",),
        "import_progress": ("trouble",),
        "pairing_questions": ("note", "decision_note"),
        "pairings": ("close_reason",),
        "people": ("staff_no",),
        "person_records": ("name", "name_key", "sex", "born_in", "phone"),
        "provider_links": ("subject",),
        "sign_in_places": ("address",),
        "sign_in_tries": ("username",),
        "signatures": ("signed_name",),
        "transfers": ("reason", "because"),
        "view_grants": ("reason",),
    },
    secret={
        "accounts": ("password_hash",),
        "api_keys": ("secret_hash",),
        "import_batches": ("content",),
    },
    unwatched={
        "address_tries": GUESSES,
        "sign_in_tries": GUESSES,
        "import_marks": "says what of a batch can be undone by itself, and the batch is told",
        "import_progress": "how far a batch has come, and the batch is told",
        "sign_in_places": "says where somebody signed in, and the entry of the sign-in does so too",
    },
)
