"""A file of the Brown corpus falls into its paragraphs."""

from training import paragraphs


def test_blank_lines_part_paragraphs(tmp_path):
    file = tmp_path / "ca01"
    file.write_text("\n\n\tThe/at jury/nn said/vbd ./.\n\n\n\tIt/pps did/dod\n\tfind/vb ,/, that/cs ./.\n\n")
    assert paragraphs.paragraphs(file) == ["The jury said.", "It did find, that."]
