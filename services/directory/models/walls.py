"""Whose the rows of each table are: of a school, of a person, of what they belong to, or open to all."""

from shared.tenancy import OPEN, OWN_WORK, Wall, Walls, of_person, of_school, through


def _of_member(column: str) -> Wall:
    """About whoever acts, or about somebody who belongs or belonged to a school in reach."""
    return of_person(column) | through(column, "memberships", "person_id", where="one.withdrawn_at IS NULL")


def _met(column: str) -> Wall:
    """About somebody of ours; to be read, also the other of a pair, who comes, looks after us, looked."""
    met = (
        through(column, "pairings", "mentor_id")
        | through(column, "pairings", "apprentice_id")
        | through(column, "transfers", "person_id")
        | through(column, "liaisons", "person_id")
        | through(column, "view_grants", "officer_id")
    )
    return _of_member(column) | met.to_read()


_OF_PAIRING = through("pairing_id", "pairings", "id")

WALLS: Walls = {
    # What every school knows of the others: that they are there, and what they are called.
    "districts": OPEN,
    "district_records": OPEN,
    "schools": OPEN | of_school("id"),
    "school_records": OPEN,
    "school_aliases": OPEN,
    "school_lineages": OPEN,
    # People
    "people": _met("id"),
    "person_records": _met("person_id"),
    "person_aliases": _of_member("alias_id") | _of_member("person_id"),
    "memberships": of_school("school_id") | of_person("person_id"),
    "posts": of_school("school_id") | of_person("person_id"),
    "liaisons": of_school("school_id") | of_person("person_id"),
    "person_erasures": _of_member("person_id"),
    "absences": _of_member("person_id"),
    "transfers": of_school("from_school_id", "to_school_id") | of_person("person_id"),
    # A joint group (联片组) has no school: it is in reach of those whose people are in it.
    "groups": of_school("school_id") | through("id", "group_memberships", "group_id"),
    "group_records": through("group_id", "groups", "id"),
    "group_memberships": _of_member("person_id"),
    # Pairings
    "pairings": of_school("school_id", "mentor_school_id") | of_person("mentor_id", "apprentice_id"),
    "agreement_versions": _OF_PAIRING,
    "signatures": _OF_PAIRING,
    "duties": _OF_PAIRING,
    "duty_entries": _OF_PAIRING,
    "evaluations": _OF_PAIRING,
    "pairing_questions": _OF_PAIRING,
    "apprentice_needs": _of_member("person_id"),
    "pairing_policies": OPEN,
    "agreement_numbers": None,  # a counter a year, of the whole county; every school's office takes from it
    "stage_sets": OPEN,
    # Ways in
    "accounts": _of_member("person_id"),
    "sign_in_places": _of_member("person_id"),
    "sign_in_tries": OWN_WORK,
    "address_tries": OWN_WORK,
    "provider_links": _of_member("person_id"),
    "api_keys": OWN_WORK,
    "view_grants": of_person("person_id"),
    "import_batches": of_school("school_id"),
    "import_marks": through("batch_id", "import_batches", "id"),
    "import_progress": through("batch_id", "import_batches", "id"),
}
