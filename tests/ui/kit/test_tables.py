"""Tables as HTML: what is put into them is text, and numbers stand at the right."""

from markupsafe import Markup

from ui.kit import tables


def test_a_grid_names_its_rows_and_marks_its_numbers():
    html = tables.grid(("<i>", "n"), [("a & b", 3), (Markup("<b>c</b>"), "<4>")])
    assert html.count('class="number"') == 3 and html.count('<th scope="col">&lt;i&gt;</th>') == 1
    assert '<th scope="row">a &amp; b</th><td class="number">3</td>' in html
    assert '<th scope="row"><b>c</b></th><td class="number">&lt;4&gt;</td>' in html


def test_in_a_grid_of_numbers_the_first_column_is_one_too():
    assert tables.grid(("n", "m"), [(1, 2)], first_number=0).count('class="number"') == 4
