const v = () => typeof window < "u", C = () => {
  try {
    return window.self !== window.top;
  } catch {
    return !0;
  }
}, w = (e) => e instanceof HTMLIFrameElement, z = (e) => {
  window.document.readyState === "complete" ? e() : window.addEventListener("load", e, { once: !0 });
}, B = (e, t) => {
  t(), e.addEventListener("load", t, { once: !0 });
}, k = (e, t) => {
  const n = e.contentWindow?.document.readyState === "complete";
  return e.src !== "about:blank" && e.contentWindow?.location.href !== "about:blank" && n ? t() : e.addEventListener("load", t, { once: !0 });
}, W = () => ({ offsetSize: 0, checkOrigin: !0, enableLegacyLibSupport: !1 });
async function A(e) {
  try {
    return e.contentDocument?.URL === "about:blank" ? new Promise((n) => {
      e.addEventListener("load", () => n(e.contentDocument !== null), { once: !0 });
    }) : e.contentDocument !== null;
  } catch {
    return !1;
  }
}
const P = (e) => {
  try {
    const t = new URL(e.src).origin;
    if (t !== "about:blank")
      return t;
  } catch {
  }
  return null;
}, H = (e) => (Object.keys(e).forEach((t) => {
  e[t] === void 0 && delete e[t];
}), e), I = (e) => {
  const { height: t, width: n } = e.getBoundingClientRect();
  return { height: Math.ceil(t), width: Math.ceil(n) };
}, l = (e, t) => e ? t ? e.querySelector(t) : e.documentElement : null, O = (e, t) => {
  e && (t.bodyPadding && (e.body.style.padding = t.bodyPadding), t.bodyMargin && (e.body.style.margin = t.bodyMargin));
}, b = (e) => e <= 100 ? 100 : e <= 120 ? 1e3 : 1e4, x = () => "[iFrameSizer]ID:0:false:false:32:true:true::auto:::0:false:child:auto:true:::true:::false";
function F(e) {
  if (typeof e.data != "string" || !e.data.startsWith("[iFrameSizer]") || !e.data.endsWith("mutationObserver") && !e.data.endsWith("resizeObserver"))
    return null;
  const [t, n] = e.data.split(":"), i = +n;
  return i > 0 ? i : null;
}
const p = V();
let m = [];
const Z = async (e, t) => {
  if (!v())
    return [];
  const n = { ...W(), ...H(e ?? {}) }, i = N(t), r = U(n, i);
  return Promise.all(
    i.map(async (s) => {
      const o = {
        iframe: s,
        settings: n,
        interactionState: { isHovered: !1 },
        initContext: { isInitialized: !1, retryAttempts: 0 }
      }, { unsubscribe: c, resize: u } = await $(o, r);
      return m.push(o), {
        unsubscribe: () => {
          c(), m = m.filter((f) => f.iframe !== s);
        },
        resize: u
      };
    })
  );
};
function N(e) {
  return typeof e == "string" ? Array.from(document.querySelectorAll(e)).filter(w) : e ? w(e) ? [e] : [] : Array.from(document.getElementsByTagName("iframe"));
}
function U(e, t) {
  if (Array.isArray(e.checkOrigin))
    return e.checkOrigin;
  if (!e.checkOrigin)
    return [];
  const n = [];
  for (const i of t) {
    const r = P(i);
    r && n.push(r);
  }
  return n;
}
async function $(e, t) {
  const n = await A(e.iframe), { unsubscribe: i, resize: r } = n ? _(e) : q(e, t), s = G(e);
  return {
    unsubscribe: () => {
      i(), s();
    },
    resize: r
  };
}
function q(e, t) {
  const {
    iframe: n,
    initContext: i,
    settings: { checkOrigin: r, enableLegacyLibSupport: s, targetElementSelector: o, bodyPadding: c, bodyMargin: u }
  } = e, f = (a) => {
    const T = a.origin === "null", D = !r || T || t.includes(a.origin);
    if (!(!(n.contentWindow === a.source) || !D)) {
      if (a.data?.type === "iframe-resized") {
        const { height: d } = a.data;
        d && g({ newHeight: d, registeredElement: e });
        return;
      }
      if (s) {
        const d = F(a);
        d !== null && g({ newHeight: d, registeredElement: e });
        return;
      }
    }
  };
  window.addEventListener("message", f);
  const M = s ? x() : { type: "iframe-child-init", targetElementSelector: o, bodyPadding: c, bodyMargin: u }, y = () => {
    B(n, () => n.contentWindow?.postMessage(M, "*")), i.retryAttempts++, i.retryTimeoutId = window.setTimeout(y, b(i.retryAttempts));
  };
  return y(), {
    unsubscribe: () => window.removeEventListener("message", f),
    resize: () => {
      const a = { type: "iframe-get-child-dimensions" };
      n.contentWindow?.postMessage(a, "*");
    }
  };
}
function _(e) {
  const { iframe: t, settings: n } = e, { targetElementSelector: i } = n;
  let r = 0;
  const s = () => {
    const o = l(t.contentDocument, i);
    if (!t.contentDocument || !o)
      return r++, setTimeout(s, b(r));
    O(t.contentDocument, n), p().observe(o);
  };
  return k(t, s), {
    unsubscribe: () => {
      const o = l(t.contentDocument, i);
      o && p().unobserve(o);
    },
    resize: () => L(e)
  };
}
function G({ iframe: e, interactionState: t, settings: n }) {
  if (!n.onBeforeIframeResize && !n.onIframeResize)
    return () => {
    };
  const i = () => {
    t.isHovered = !0;
  }, r = () => {
    t.isHovered = !1;
  };
  return e.addEventListener("mouseenter", i), e.addEventListener("mouseleave", r), () => {
    e.removeEventListener("mouseenter", i), e.removeEventListener("mouseleave", r);
  };
}
function V() {
  let e = null;
  return () => {
    if (!e) {
      const t = ({ target: n }) => {
        const i = m.find(({ iframe: r }) => r.contentDocument === n.ownerDocument);
        i && L(i);
      };
      e = new ResizeObserver((n) => n.forEach(t));
    }
    return e;
  };
}
function L(e) {
  const { iframe: t, settings: n } = e, i = l(t.contentDocument, n.targetElementSelector);
  if (!i)
    return;
  const { height: r } = I(i);
  r && g({ newHeight: r, registeredElement: e });
}
function g({ registeredElement: e, newHeight: t }) {
  const { iframe: n, settings: i, interactionState: r, initContext: s } = e;
  if (s.isInitialized || (s.isInitialized = !0, clearTimeout(s.retryTimeoutId)), i.onBeforeIframeResize?.({ iframe: n, interactionState: { ...r }, settings: { ...i }, observedHeight: t }) === !1)
    return;
  const o = n.getBoundingClientRect(), c = t + i.offsetSize;
  if (n.style.height = `${c}px`, !i.onIframeResize)
    return;
  const u = {
    iframe: n,
    settings: { ...i },
    interactionState: { ...r },
    previousRenderState: { rect: o },
    nextRenderState: { rect: n.getBoundingClientRect() }
  };
  i.onIframeResize(u);
}
const J = X();
let h = !1, R;
K();
function K() {
  !v() || !C() || window.addEventListener("message", (e) => {
    if (e.data?.type === "iframe-child-init")
      return z(() => S(e));
    if (e.data?.type === "iframe-get-child-dimensions")
      return z(() => Q(e));
  });
}
function S(e, t = 0) {
  const { targetElementSelector: n, bodyPadding: i, bodyMargin: r } = e.data, s = l(document, n);
  if (h || window.parent !== e.source)
    return;
  if (!s)
    return setTimeout(() => S(e, t + 1), b(t));
  O(document, { bodyMargin: r, bodyPadding: i }), R = n;
  const o = J();
  o.disconnect(), o.observe(s), h = !0;
}
function Q(e) {
  const t = l(document, R);
  !h || window.parent !== e.source || !t || E(t);
}
function X() {
  let e = null;
  return () => (e || (e = new ResizeObserver((t) => {
    t[0].target && E(t[0].target);
  })), e);
}
const E = (e) => {
  const { width: t, height: n } = I(e), i = {
    type: "iframe-resized",
    width: t,
    height: n
  };
  window.parent.postMessage(i, "*");
}, j = ({ previousRenderState: e, nextRenderState: t, iframe: n }) => {
  document.activeElement === n && window.scrollBy(0, t.rect.bottom - e.rect.bottom);
};
export {
  Z as initialize,
  K as initializeChildListener,
  j as updateParentScrollOnResize
};
