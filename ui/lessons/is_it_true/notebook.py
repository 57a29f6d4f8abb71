"""The model against its own parts, computed in another way."""

# %%
import plotly.graph_objects as go

from model import checks, zoo
from viz import theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"

# %% `checks.SORTS` names all sorts of checks; those against transformers take longest
names = checks.applicable_checks(zoo.load(model).model.config, "parts")
rows = list(checks.run_checks(prompt, [model], names))
for row in rows:
    print("passed" if row.passed else "FAILED", row.check, row.difference, "of at most", row.tolerance)

# %%
places = [max(row.difference or 0, 1e-12) for row in rows]
figure = go.Figure(go.Bar(x=places, y=[row.check for row in rows], orientation="h"))
figure.add_scatter(x=[row.tolerance for row in rows], y=[row.check for row in rows], mode="markers")
figure.update_layout(xaxis={"type": "log"}, showlegend=False)
theme.apply_theme(figure, "light")
