"""What can be imported: for each kind of file the function that says what it would change."""

from collections.abc import Mapping

from services.directory.commands.imports.absences import plan_absences
from services.directory.commands.imports.groups import plan_groups
from services.directory.commands.imports.liaisons import plan_liaisons
from services.directory.commands.imports.pairings import plan_pairings
from services.directory.commands.imports.schools import plan_schools
from services.directory.commands.imports.teachers import plan_teachers
from services.directory.commands.imports.transfers import plan_transfers
from services.directory.commands.imports.work import Planner
from shared.vocabulary import ImportKind

PLANNERS: Mapping[ImportKind, Planner] = {
    ImportKind.SCHOOLS: plan_schools,
    ImportKind.TEACHERS: plan_teachers,
    ImportKind.GROUPS: plan_groups,
    ImportKind.PAIRINGS: plan_pairings,
    ImportKind.ABSENCES: plan_absences,
    ImportKind.TRANSFERS: plan_transfers,
    ImportKind.LIAISONS: plan_liaisons,
}
