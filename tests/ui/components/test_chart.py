"""Charts: drawn when they come near, once, in a place that was kept; the same drawing is given other numbers."""

from playwright.sync_api import expect

from tests.support.bare_page import give, settled
from tests.support.browser import with_all_charts

LAST = ".st-key-lens .chart"  # of lesson `next_token`, far below the fold


def count_drawings(page) -> None:
    """From now on window.drawings has the keys of the figures that Plotly draws."""
    page.evaluate(
        """() => {
            window.drawings = [];
            const react = Plotly.react;
            Plotly.react = (chart, ...given) => {
                drawings.push(chart.closest(".stElementContainer").className.match(/st-key-(\\S+)/)[1]);
                return react(chart, ...given);
            };
        }"""
    )


def test_a_chart_is_drawn_when_it_comes_near_in_the_place_kept_for_it(bare_page):
    page = bare_page("next_token", height=500, charts=True)
    expect(page.locator(".st-key-vector .js-plotly-plot")).to_have_count(1)
    last, main = page.locator(LAST), page.locator("[data-testid=stMain]")
    assert last.get_attribute("role") == "figure" and last.get_attribute("aria-label")
    assert last.locator("svg").count() == 0
    place, whole = last.bounding_box(), main.evaluate("(main) => main.scrollHeight")
    last.scroll_into_view_if_needed()
    expect(page.locator(f"{LAST}.js-plotly-plot")).to_have_count(1)
    drawn = page.locator(f"{LAST} .main-svg").first.bounding_box()
    assert (drawn["width"], drawn["height"]) == (place["width"], place["height"])
    assert main.evaluate("(main) => main.scrollHeight") == whole


def test_a_change_draws_what_has_changed_where_it_is_seen(bare_page):
    page = with_all_charts(bare_page("next_token", height=500, charts=True))
    count_drawings(page)
    page.evaluate("(which) => { window.before = document.querySelector(which); }", ".st-key-bars .chart")
    give(page, "next_token", prompt="Once upon a")
    page.wait_for_function("() => drawings.includes('bars')")
    settled(page)
    drawn = page.evaluate("drawings")
    assert drawn.count("bars") == drawn.count("vector") == 1 and "lens" not in drawn, "once, and not far down"
    assert page.evaluate("before === document.querySelector('.st-key-bars .chart')"), "it does not blink"
    page.locator(LAST).scroll_into_view_if_needed()
    page.wait_for_function("() => drawings.includes('lens')")
    page.evaluate("drawings.length = 0")
    page.locator(".st-key-bars .chart").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert not {"bars", "vector"} & set(page.evaluate("drawings")), "what is as it was is not drawn again"


def test_a_chart_is_as_wide_as_its_place(bare_page):
    page = bare_page("next_token", charts=True)
    expect(page.locator(".st-key-bars .js-plotly-plot")).to_have_count(1)
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_function(
        """() => {
            const chart = document.querySelector(".st-key-bars .chart");
            return chart._fullLayout?.width === chart.clientWidth;
        }"""
    )


def test_in_the_presenters_view_its_type_is_larger_and_the_pointer_is_where_it_was(bare_page):
    page = bare_page("next_token", charts=True, width=1920, height=1080)
    page.evaluate("document.documentElement.toggleAttribute('data-present', true)")
    chart = page.locator(".st-key-bars .chart")
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".ytick text").first).to_be_visible()
    grown = "(text) => text.getBoundingClientRect().height / text.getBBox().height"
    assert chart.locator(".ytick text").first.evaluate(grown) > 1.5
    place, within = chart.bounding_box(), page.locator(".st-key-bars").first.bounding_box()
    assert abs(place["width"] - within["width"]) < 2 and abs(place["height"] - within["height"]) < 2
    chart.locator(".bars .point path").nth(2).hover(force=True)
    label = chart.locator(".hovertext text").first
    assert label.text_content() == chart.locator(".bars .point text").nth(2).text_content()


def test_plotly_finds_the_room_for_labels_enough(bare_page):
    """It adds nothing on the sides where names and legends stand, and so need not draw twice."""
    page = with_all_charts(bare_page("next_token", charts=True, model="experts"))
    grown = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')].map(({ _fullLayout: { _size, margin } }) =>
            Math.max(_size.l - margin.l, _size.t - margin.t))"""
    )
    assert len(grown) > 3 and max(grown) == 0
