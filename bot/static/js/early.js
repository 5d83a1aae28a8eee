// Before anything is painted: the language and the looks this browser chose. A classic script,
// because modules would come too late.
(function () {
  "use strict";
  var root = document.documentElement;
  function kept(name) {
    try {
      return window.localStorage.getItem("nuanyu:" + name);
    } catch (error) {
      return null;
    }
  }
  var language = kept("language");
  if (language === "zh" || language === "en") {
    root.dataset.language = language;
    root.lang = language;
  }
  var theme = kept("theme");
  var isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = theme === "light" || theme === "dark" ? theme : isDark ? "dark" : "light";
  var size = kept("size");
  if (size) root.dataset.size = size;
})();
