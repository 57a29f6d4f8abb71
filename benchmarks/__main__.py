"""`make bench`: what the project promises, measured in one run on this machine and printed beside the promise."""

from benchmarks import app, model

print("Ratios of medians, the two sides measured in turns. A busy machine blurs them: run it alone.\n")
for line in (*model.lines(), *app.lines()):
    print(line, flush=True)
