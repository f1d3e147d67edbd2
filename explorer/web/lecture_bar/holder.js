// Which stage stands, and what outlives it. Kept on the window: a newer copy of these modules finds it there.

const shared = /** @type {any} */ (window);
export const holder = (shared.resnetLecture ??= { stage: null });
