"""Files for the register: sent, looked at, carried out and undone in the browser."""

import io
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from services.directory.api.progress import UNDER_WAY
from services.directory.domain.imports import Progress
from services.directory.domain.layouts import TEACHERS
from shared import sheets
from tests.cast import CHEN, HU, QIAN, QINGSHI, ZHAO
from tests.console.browser import Browser, Site, form_token, words

NEWCOMER = {"school": QINGSHI.name, "staff_number": "T0009", "name": "新老师", "subject": "语文"}


def send(browser: Browser, rows: list[dict[str, Any]]) -> TestResponse:
    """Choose a roster of these rows and send it as the form does."""
    return send_file(browser, sheets.workbook(TEACHERS, rows), "名册.xlsx")


def send_file(browser: Browser, content: bytes, name: str) -> TestResponse:
    """Choose a file and send it as the form does."""
    fields = {
        "csrf_token": form_token(browser.get("/imports")),
        "kind": "teachers",
        "extent": "part",
        "effective_on": "",
        "file": (io.BytesIO(content), name),
    }
    return browser.http.post("/imports", data=fields, content_type="multipart/form-data")


def decide(browser: Browser, page: str, verb: str) -> str:
    """Press the button on a file's page; what the page then says."""
    browser.send(f"{page}/{verb}", seen_on=page)
    return words(browser.get(page))


def test_a_file_is_looked_at_carried_out_and_undone(site: Site) -> None:
    zhao = site.signed_in(ZHAO)

    page = send(zhao, [NEWCOMER]).location
    assert page is not None
    looked_at = words(zhao.get(page))
    assert "新老师" in looked_at
    assert "新老师" not in words(zhao.get("/people"))

    assert "已导入" in decide(zhao, page, "apply")
    assert "新老师" in words(zhao.get("/people"))
    assert "已撤销" in decide(zhao, page, "undo")
    assert "新老师" not in words(zhao.get("/people"))


def test_a_roster_of_thousands_is_no_larger_than_the_form_takes(site: Site) -> None:
    rows = [NEWCOMER | {"staff_number": f"N{at:05}", "name": f"新{at}号"} for at in range(3_000)]
    zhao = site.signed_in(ZHAO)

    page = send(zhao, rows).location

    assert page is not None
    assert "3000" in words(zhao.get(page))


def test_a_rejected_row_is_named_and_comes_out_as_a_file(site: Site) -> None:
    zhao = site.signed_in(ZHAO)
    page = send(zhao, [NEWCOMER | {"school": "没有的学校"}]).location
    assert page is not None

    assert "没有叫“没有的学校”的学校" in words(zhao.get(page))
    rejects = zhao.get(f"{page}/rejects")
    assert "attachment" in rejects.headers["Content-Disposition"]
    assert sheets.read(rejects.data, "退回.xlsx", TEACHERS).rows[0]["name"] == "新老师"


def test_a_file_nobody_can_read_is_refused_in_words(site: Site) -> None:
    answer = send_file(site.signed_in(ZHAO), b"%PDF-1.7\n", "名册.pdf")

    assert answer.status_code == 422
    assert "Excel" in words(answer) or "xlsx" in words(answer)


def test_no_file_is_asked_for(site: Site) -> None:
    zhao = site.signed_in(ZHAO)

    answer = zhao.send("/imports", seen_on="/imports", kind="teachers")

    assert answer.status_code == 422
    assert "请先选择要导入的文件" in words(answer)


def test_templates_and_the_register_come_out_as_files(site: Site) -> None:
    zhao = site.signed_in(ZHAO)

    for path in ("/imports/templates/teachers", "/imports/exports/teachers"):
        answer = zhao.get(path)

        assert answer.status_code == 200
        assert answer.data.startswith(b"PK")


def test_another_schools_file_is_no_page(site: Site) -> None:
    page = send(site.signed_in(ZHAO), [NEWCOMER]).location
    assert page is not None

    for member in (HU, CHEN):
        assert site.signed_in(member).get(page).status_code in {403, 404}


def test_who_imports_a_long_file_is_shown_how_far_it_has_come(site: Site) -> None:
    zhao = site.signed_in(ZHAO)
    page = send(zhao, [NEWCOMER]).location
    assert page is not None
    import_id = UUID(page.rsplit("/", 1)[1])

    UNDER_WAY[import_id] = Progress(done=300, total=1200)
    shown = zhao.get(page)
    UNDER_WAY[import_id] = Progress(done=0, total=0, trouble="预览之后名册又有变动")
    failed = words(zhao.get(page))
    del UNDER_WAY[import_id]

    assert 'http-equiv="refresh"' in shown.text
    assert "已完成25%" in words(shown)
    assert "导入这些改动" not in words(shown)
    assert "上次没有导入：预览之后名册又有变动" in failed


def test_every_kind_of_file_is_offered_to_those_who_may_send_it(site: Site) -> None:
    zhao, qian = (site.signed_in(member) for member in (ZHAO, QIAN))

    for kind in ("groups", "pairings", "absences"):
        assert f"/imports/templates/{kind}" in zhao.get("/imports").text
    assert "/imports/templates/transfers" not in zhao.get("/imports").text
    assert "/imports/templates/transfers" in qian.get("/imports").text
    assert qian.get("/imports/templates/liaisons").status_code == 200
    assert qian.get("/imports/templates/visits").status_code == 404
