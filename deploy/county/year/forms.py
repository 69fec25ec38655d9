"""What sessions of the year are called, how long they take and what they count for."""

from dataclasses import dataclass

from shared.vocabulary import HourCategory


@dataclass(frozen=True, slots=True)
class Form:
    """A form of activity: its code, what people call it, where its hours go."""

    code: str
    label: str
    category: HourCategory


_SCHOOL, _CROSS = HourCategory.SCHOOL_BASED, HourCategory.CROSS_SCHOOL

PLANNING = Form("collective_lesson_planning", "集体备课", _SCHOOL)
EXPLAINING = Form("lesson_explanation", "说课", _SCHOOL)
REVIEWING = Form("lesson_review", "评课", _SCHOOL)
THEORY = Form("theory_study", "理论学习", _SCHOOL)
OPEN_LESSON = Form("topic_open_lesson", "公开课", _SCHOOL)
WHOLE_SCHOOL = Form("topic_lecture", "专题讲座", _SCHOOL)
SMALL_SCHOOLS = Form("subject_seminar", "专题研讨", _SCHOOL)
AUGUST = Form("teaching_seminar", "教学研讨会", _SCHOOL)
COUNTY_DAY = Form("superior_training", "上级培训", HourCategory.CONCENTRATED)
LONG_COURSE = Form("base_training", "基地培训", HourCategory.CONCENTRATED)
DELIVERY = Form("lesson_delivery_rural", "送课下乡", _CROSS)
FORUM = Form("county_forum", "论坛", _CROSS)
READING = Form("reading_project", "读书活动", HourCategory.SELF_DIRECTED)
ONLINE = Form("online_training", "远程培训", HourCategory.ONLINE)

FORMS = (
    PLANNING,
    EXPLAINING,
    REVIEWING,
    THEORY,
    OPEN_LESSON,
    WHOLE_SCHOOL,
    SMALL_SCHOOLS,
    AUGUST,
    COUNTY_DAY,
    LONG_COURSE,
    DELIVERY,
    FORUM,
    READING,
    ONLINE,
)
GROUP_FORMS = {PLANNING: 45.0, EXPLAINING: 15.0, REVIEWING: 25.0, THEORY: 15.0}
"""What groups do when they meet and nobody gives an open lesson."""
