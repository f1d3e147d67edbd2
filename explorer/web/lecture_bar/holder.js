// Which stage stands, the way of a lecture that is saved as one file, and what outlives both. Kept on the window: a newer copy of these modules finds it there.

const shared = /** @type {any} */ (window);
export const holder = (shared.resnetLecture ??= { stage: null });
