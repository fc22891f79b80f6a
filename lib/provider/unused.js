// Stands in, in the bundle, for libraries that are loaded but never called (see bundle.js).
module.exports = {};
