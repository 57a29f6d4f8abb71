from tests.support.app_test import html_of, run_page
from tests.support.pages import PAGES
from ui.frame import curriculum


def test_lessons_are_numbered_in_the_order_of_the_path():
    assert [step.number for step in curriculum.LESSONS] == list(range(1, len(curriculum.LESSONS) + 1))
    assert len({step.slug for step in curriculum.LESSONS}) == len(curriculum.LESSONS)
    assert [step.part for step in curriculum.LESSONS] == sorted(step.part for step in curriculum.LESSONS)


def test_every_page_has_its_place_on_the_path():
    assert {step.slug for step in (curriculum.MACHINE, *curriculum.LESSONS) if step.exists} == set(PAGES)


def test_the_following_lesson_exists():
    for step in curriculum.LESSONS:
        onward = curriculum.next_lesson(step.slug)
        assert onward is None or (onward.exists and onward.number > step.number)


def test_the_front_door_shows_what_is_done_and_what_is_next():
    test = run_page("machine")
    there = [step for step in curriculum.LESSONS if step.exists]
    test.session_state["done"] = {step.slug for step in there[:1]}
    shown = html_of(test.run())
    assert shown.count('<li class="done">') == len(there[:1])
    assert shown.count('<li class="next">') == len(there[1:2])
    assert shown.count('<li class="missing">') == len(curriculum.LESSONS) - len(there)
    assert all(f'<a href="{step.slug}">' in shown for step in there)


def test_three_routes_lead_through_the_lessons():
    minutes = {name: sum(step.minutes for step in curriculum.route(name)) for name in curriculum.ROUTES}
    assert 15 <= minutes["short"] <= 25 and 100 <= minutes["long"] <= 130 and minutes["all"] > minutes["long"]
    shown = html_of(run_page("machine"))
    routes = shown.partition('<ul class="routes">')[2].partition("</ul>")[0]
    assert routes.count("<a ") == len(curriculum.route("short")) + len(curriculum.route("long"))
    assert f"{minutes['short']} min" in routes
