// How the search ranks what it finds: titles of pages and sections before names in the code, so that
// "p-value" leads to the section and not to methods that are called "value".
"use strict";

const Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 40,
  partialTitle: 12,
  term: 5,
  partialTerm: 2,
};
