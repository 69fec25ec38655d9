"""What is taught where, in per cent of the teachers."""

PRIMARY = {
    "语文": 38.0, "数学": 30.0, "英语": 9.0, "道法": 5.0, "科学": 4.0,
    "体育": 5.0, "音乐": 3.0, "美术": 3.0, "信息": 2.0, "综合": 1.0,
}  # fmt: skip
JUNIOR = {
    "语文": 17.0, "数学": 17.0, "英语": 16.0, "物理": 8.0, "化学": 5.0, "生物": 5.0, "政治": 6.0,
    "历史": 6.0, "地理": 5.0, "体育": 6.0, "音乐": 3.0, "美术": 3.0, "信息": 3.0,
}  # fmt: skip
SENIOR = {
    "语文": 15.0, "数学": 15.0, "英语": 15.0, "物理": 10.0, "化学": 9.0, "生物": 8.0, "政治": 6.0,
    "历史": 6.0, "地理": 6.0, "体育": 5.0, "信息": 2.0, "音乐": 1.5, "美术": 1.5,
}  # fmt: skip
VOCATIONAL = {"专业课": 52.0, "语文": 14.0, "数学": 12.0, "英语": 10.0, "体育": 6.0, "信息": 6.0}
ALL_SUBJECTS = "全科"
PRESCHOOL = "学前"

BY_STRATUM = {
    "KG-A": {PRESCHOOL: 1.0},
    "KG-B": {PRESCHOOL: 1.0},
    "KG-C": {PRESCHOOL: 1.0},
    "TP": {ALL_SUBJECTS: 1.0},
    "SP": {ALL_SUBJECTS: 1.0},
    "PS-A": PRIMARY,
    "PS-B": PRIMARY,
    "PS-C": PRIMARY,
    "JH-A": JUNIOR,
    "JH-B": JUNIOR,
    "SH": SENIOR,
    "VS": VOCATIONAL,
}
PRIMARY_SHARE_OF_NINE_YEAR = 0.55
SECOND = {"PS-C": 0.60, "PS-B": 0.25}
"""Who teaches a second subject (兼任)."""
THIRD = {"PS-C": 0.08}
