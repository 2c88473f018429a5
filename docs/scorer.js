// How the search ranks what it finds: by Sphinx's own marks, but headings that the words make up come
// before names in the code, so that "p-value" leads to its section and not to methods called "value".
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: ([, , , , score, , kind]) => (kind === "title" ? score + 30 : score),
};
