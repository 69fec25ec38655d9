"""Where the county's schools are: townships, kinds of schools, and how many of each stand where."""

from dataclasses import dataclass

COUNTY = "宁川县"
BUREAU = "县教育局"
TRAINING_SCHOOL = "县教师进修学校"


@dataclass(frozen=True, slots=True)
class Stratum:
    """A kind of school: how many there are, how many teach there, how unequal they are."""

    code: str
    stage: str
    category: str
    schools: int
    teachers: int
    size_min: int
    sigma: float
    group: str
    """Between schools of one group teachers move."""


STRATA = (
    Stratum("KG-A", "kindergarten", "county_run", 4, 168, 30, 0.50, "kindergarten"),
    Stratum("KG-B", "kindergarten", "central", 18, 360, 9, 0.50, "kindergarten"),
    Stratum("KG-C", "kindergarten", "other", 40, 339, 4, 0.60, "kindergarten"),
    Stratum("TP", "primary", "teaching_point", 78, 265, 1, 0.65, "primary"),
    Stratum("PS-A", "primary", "county_run", 10, 1200, 50, 0.55, "primary"),
    Stratum("PS-B", "primary", "central", 18, 1080, 25, 0.55, "primary"),
    Stratum("PS-C", "primary", "village", 72, 1296, 7, 0.60, "primary"),
    Stratum("NY", "nine_year", "other", 16, 832, 22, 0.60, "nine_year"),
    Stratum("JH-A", "junior", "county_run", 6, 900, 80, 0.40, "junior"),
    Stratum("JH-B", "junior", "other", 28, 1512, 20, 0.60, "junior"),
    Stratum("SH", "senior", "county_run", 8, 1770, 90, 0.50, "senior"),
    Stratum("VS", "vocational", "county_run", 1, 240, 240, 0.50, "vocational"),
    Stratum("SP", "special", "county_run", 1, 38, 38, 0.50, "special"),
)
BY_CODE = {stratum.code: stratum for stratum in STRATA}
KINDERGARTENS = ("KG-A", "KG-B", "KG-C")


@dataclass(frozen=True, slots=True)
class Township:
    """A township and its schools, one number a stratum in their order."""

    code: str
    name: str
    kind: str
    schools: tuple[int, ...]

    @property
    def short(self) -> str:
        """The name without its kind."""
        return self.name.removesuffix(self.kind)


TOWNSHIPS = (
    Township("01", "文昌街道", "街道", (1, 0, 4, 0, 3, 0, 1, 0, 2, 0, 2, 0, 0)),
    Township("02", "城东街道", "街道", (1, 0, 4, 0, 3, 0, 1, 0, 2, 0, 1, 0, 1)),
    Township("03", "滨河街道", "街道", (1, 0, 4, 0, 2, 0, 2, 0, 1, 1, 1, 1, 0)),
    Township("04", "白云街道", "街道", (1, 0, 3, 0, 2, 0, 2, 0, 1, 1, 1, 0, 0)),
    Township("05", "青石镇", "镇", (0, 1, 2, 4, 0, 1, 6, 1, 0, 3, 1, 0, 0)),
    Township("06", "龙泉镇", "镇", (0, 1, 2, 4, 0, 1, 5, 0, 0, 3, 1, 0, 0)),
    Township("07", "双桥镇", "镇", (0, 1, 2, 4, 0, 1, 5, 1, 0, 2, 1, 0, 0)),
    Township("08", "石门镇", "镇", (0, 1, 2, 3, 0, 1, 4, 1, 0, 2, 0, 0, 0)),
    Township("09", "云台镇", "镇", (0, 1, 2, 4, 0, 1, 4, 1, 0, 2, 0, 0, 0)),
    Township("10", "大坪镇", "镇", (0, 1, 1, 4, 0, 1, 4, 1, 0, 2, 0, 0, 0)),
    Township("11", "响水镇", "镇", (0, 1, 1, 3, 0, 1, 4, 1, 0, 1, 0, 0, 0)),
    Township("12", "黄土岭镇", "镇", (0, 1, 1, 4, 0, 1, 4, 1, 0, 1, 0, 0, 0)),
    Township("13", "枫林镇", "镇", (0, 1, 1, 3, 0, 1, 3, 1, 0, 1, 0, 0, 0)),
    Township("14", "麻田镇", "镇", (0, 1, 1, 3, 0, 1, 3, 0, 0, 2, 0, 0, 0)),
    Township("15", "柳溪镇", "镇", (0, 1, 1, 4, 0, 1, 3, 1, 0, 1, 0, 0, 0)),
    Township("16", "横塘镇", "镇", (0, 1, 1, 4, 0, 1, 3, 1, 0, 1, 0, 0, 0)),
    Township("17", "金盆镇", "镇", (0, 1, 1, 3, 0, 1, 3, 1, 0, 1, 0, 0, 0)),
    Township("18", "竹山乡", "乡", (0, 1, 1, 7, 0, 1, 4, 1, 0, 1, 0, 0, 0)),
    Township("19", "高寨乡", "乡", (0, 1, 2, 7, 0, 1, 3, 1, 0, 1, 0, 0, 0)),
    Township("20", "沙坪乡", "乡", (0, 1, 2, 6, 0, 1, 3, 1, 0, 1, 0, 0, 0)),
    Township("21", "茶园乡", "乡", (0, 1, 1, 5, 0, 1, 3, 1, 0, 1, 0, 0, 0)),
    Township("22", "雾岭乡", "乡", (0, 1, 1, 6, 0, 1, 2, 1, 0, 0, 0, 0, 0)),
)

VILLAGE_FIRSTS = "新双石杨罗大小上下东西南北长龙凤白黄青红金银铁竹松柳梅荷枫桐桃李陈刘周田沙泉月太"
VILLAGE_LASTS = "塘冲坪湾岭桥溪垅坡洞坳田"
