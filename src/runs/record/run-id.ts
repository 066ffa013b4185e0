/** So many characters of a run's id stand for all of it: as many as tables show on a terminal, and as commands take. */
export const shortRunId = 8;
