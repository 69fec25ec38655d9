"""What the directory promises where databases differ, at the same door over PostgreSQL."""
# ruff: noqa: F403  the very same tests, with another door

from collections.abc import Iterator

import pytest

from services.directory.service import SERVICE
from tests.directory.register import NOW, enter_everybody
from tests.directory.test_add_teachers import (
    test_a_username_somebody_has_is_refused_and_nobody_is_added,
    test_five_hundred_people_are_added_at_once,
)
from tests.directory.test_agreements import *
from tests.directory.test_api_keys import (
    test_a_key_is_exchanged_for_a_token_that_reads,
    test_a_revoked_key_and_its_tokens_end_at_once_and_it_is_said,
)
from tests.directory.test_audit_log import (
    test_a_change_of_a_row_through_its_object_is_told_too,
    test_a_change_says_who_did_what_from_where_and_what_was_before_and_after,
    test_an_entry_is_found_by_object_and_day_and_pages_go_back_in_time,
    test_many_rows_are_counted_and_the_first_of_them_told,
    test_she_sees_who_looked_at_her_file_once_a_day_and_part,
)
from tests.directory.test_change_password import *
from tests.directory.test_end_access import *
from tests.directory.test_end_pairing import *
from tests.directory.test_erasure import (
    test_an_entry_merged_into_hers_is_erased_with_it_and_not_by_itself,
    test_who_has_left_is_looked_at_and_erased_and_it_is_said,
    test_words_about_somebody_who_was_not_erased_stay_as_they_were_said,
)
from tests.directory.test_keep_agreement import *
from tests.directory.test_lock_out import *
from tests.directory.test_open_account import (
    test_a_reset_ends_every_sign_in_and_the_old_password,
    test_an_initial_password_opens_once_and_only_to_choose_another,
    test_the_accounts_of_a_school_are_listed_for_those_who_keep_them,
)
from tests.directory.test_open_school import test_a_name_a_reader_would_take_for_another_is_refused
from tests.directory.test_pairing_policies import (
    test_a_new_template_has_a_new_number,
    test_a_policy_holds_from_its_day_on,
    test_a_policy_is_the_countys_and_is_never_changed,
)
from tests.directory.test_pairing_questions import *
from tests.directory.test_show_pairings import *
from tests.directory.test_show_schools import *
from tests.directory.test_sign_in import (
    test_guesses_at_names_do_not_fill_the_table_for_ever,
    test_guesses_made_at_the_same_moment_are_counted_one_by_one,
)
from tests.directory.test_start_pairing import *
from tests.directory.test_view_as import (
    test_borrowed_eyes_read_what_she_reads_and_name_both,
    test_she_sees_who_looked_and_why,
)
from tests.fixtures_databases import Databases
from tests.signed_in import Door, opened_at

ALSO = (
    test_a_new_template_has_a_new_number,
    test_a_policy_holds_from_its_day_on,
    test_a_policy_is_the_countys_and_is_never_changed,
    test_an_entry_merged_into_hers_is_erased_with_it_and_not_by_itself,
    test_who_has_left_is_looked_at_and_erased_and_it_is_said,
    test_words_about_somebody_who_was_not_erased_stay_as_they_were_said,
    test_a_change_of_a_row_through_its_object_is_told_too,
    test_a_change_says_who_did_what_from_where_and_what_was_before_and_after,
    test_an_entry_is_found_by_object_and_day_and_pages_go_back_in_time,
    test_many_rows_are_counted_and_the_first_of_them_told,
    test_she_sees_who_looked_at_her_file_once_a_day_and_part,
    test_a_reset_ends_every_sign_in_and_the_old_password,
    test_an_initial_password_opens_once_and_only_to_choose_another,
    test_borrowed_eyes_read_what_she_reads_and_name_both,
    test_the_accounts_of_a_school_are_listed_for_those_who_keep_them,
    test_she_sees_who_looked_and_why,
    test_a_key_is_exchanged_for_a_token_that_reads,
    test_a_revoked_key_and_its_tokens_end_at_once_and_it_is_said,
    test_a_name_a_reader_would_take_for_another_is_refused,
    test_a_username_somebody_has_is_refused_and_nobody_is_added,
    test_five_hundred_people_are_added_at_once,
    test_guesses_at_names_do_not_fill_the_table_for_ever,
    test_guesses_made_at_the_same_moment_are_counted_one_by_one,
)
"""Of suites whose other tests have nothing to do with the database."""


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The directory as its own role in a database of its own."""
    with opened_at(databases("directory").app_url, SERVICE, now=NOW) as door:
        enter_everybody(door.engine)
        yield door
