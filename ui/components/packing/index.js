// Lesson 11. Two parts of its page: the batch drawn to scale (batch.js) and the attention of one packed row (row.js).
// Rows come from model/packing.py, weights from the model; nothing about them is decided here. Rows, documents and
// tokens count from 0 here, from 1 on screen; positions count from 0 on screen too, as in lesson 10.

const views = new WeakMap(); // outlives new data

export default function packing({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = new (data.part === "batch" ? Batch : Row)(parentElement.querySelector(".root"))));
  view.report = (choice) => setStateValue("choice", choice);
  view.update(data, colours(parentElement));
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}
