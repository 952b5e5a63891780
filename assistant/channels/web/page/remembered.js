/* What the browser keeps for this page: "localStorage" for good, "sessionStorage" until the tab is closed. It may refuse. */
const remembered = {
  read(place, key, otherwise) { try { return JSON.parse(globalThis[place].getItem(key)) ?? otherwise; } catch { return otherwise; } },
  write(place, key, value) { try { globalThis[place].setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
};
