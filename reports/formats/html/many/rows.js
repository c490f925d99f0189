// The models of the overview, one row each, made from the columns of the index.

const list = index.models.key.map((key, number) => {
  const model = { key, number };
  for (const name of ["file", "name", "sha256", "format", "state", "works", "stands", "verdicts"]) {
    model[name] = index.models[name][number];
  }
  model.lower = model.name.toLowerCase();
  return model;
});
const byKey = new Map(list.map((model) => [model.key, model]));

/* The model that an address means: by all of its key, or by its name if no other has that. */
function meant(key) {
  if (!key || byKey.has(key)) return byKey.get(key);
  const namesakes = list.filter((model) => model.key.startsWith(`${key}~`));
  return namesakes.length === 1 ? namesakes[0] : undefined;
}

const absent = ".";
const numberOf = (letter) => letter.charCodeAt(0) - 65;

/* The letters of a verdict: a prediction has one for each thing that may be predicted. */
const lettersOf = (word) =>
  index.words.flatMap((one, number) => (one === word ? [String.fromCharCode(65 + number)] : []));
const [runsLetter] = lettersOf("runs");
const [loadsLetter] = lettersOf("loads");

// Releases in which it runs count most, then those in which it loads.
function reach(model) {
  let runs = 0;
  let loads = 0;
  for (let place = 0; place < index.plain; place += 1) {
    const letter = model.verdicts[place];
    runs += letter === runsLetter;
    loads += letter === loadsLetter;
  }
  return runs * 1000 + loads;
}

/* Neighbouring cells with one verdict, from the column `from` up to `to`. */
function spansOf(verdicts, from, to) {
  const spans = [];
  for (let place = from; place < to; place += 1) {
    const last = spans.at(-1);
    if (last && last.letter === verdicts[place]) last.count += 1;
    else spans.push({ letter: verdicts[place], start: place, count: 1 });
  }
  return spans;
}
