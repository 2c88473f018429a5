// How the search ranks what it finds: by Sphinx's own marks, but headings that the words make up come
// before names in the code, so that "p-value" leads to its section and not to methods called "value";
// and then what has a page of its own, so that "logistic" leads to the classifier that has it in its
// name and not to whatever page has it in one of its headings.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: ([page, title, , , score, , kind]) => {
    if (kind === "title") return score + 30;
    if (kind === "object" && page === `generated/${title}`) return score + 20;
    return score;
  },
};
