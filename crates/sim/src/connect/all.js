// The app's side of the bridge, in place of Atlassian's all.js. It speaks to the simulator's host page only.
(() => {
  let told = {};
  try {
    told = JSON.parse(window.name);
  } catch {
    // Not in a frame of the host: what the address says counts.
  }
  const query = new URLSearchParams(location.search);
  const host = told.origin ?? query.get('xdm_e') ?? '';
  const channel = told.channel ?? query.get('xdm_c') ?? '';
  const waiting = new Map();
  let [number, theming] = [0, false];

  const post = (message) => {
    if (host && parent !== window) parent.postMessage({ ...message, channel }, new URL(host).origin);
  };

  const call = (deed, options) =>
    new Promise((resolve, reject) => {
      number += 1;
      waiting.set(number, { resolve, reject });
      post({ type: 'call', id: number, deed, options });
    });

  const setTheme = (theme) => {
    if (theming) document.documentElement.dataset.colorMode = theme;
  };

  addEventListener('message', (event) => {
    const message = event.data;
    if (!host || event.origin !== new URL(host).origin || event.source !== parent) return;
    if (!message || message.channel !== channel) return;
    if (message.type === 'answer' && waiting.has(message.id)) {
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) resolve(message.value);
      else reject(new Error(message.error));
    } else if (message.type === 'theme' || message.type === 'welcome') {
      setTheme(message.theme);
    }
  });

  // Gives the answer to a callback if there is one, as the older calls want it, and as a promise in any case.
  const both = (promise, callback) => {
    if (callback) promise.then(callback);
    return promise;
  };

  const request = async (first, second) => {
    const options = typeof first === 'string' ? { ...second, url: first } : first;
    const { url, type, data, contentType, headers, success, error } = options;
    const xhr = await call('request', { url, type, data, contentType, headers });
    const answer = { body: xhr.responseText, xhr };
    if (xhr.status >= 200 && xhr.status < 300) {
      success?.(xhr.responseText, 'success', xhr);
      return answer;
    }
    error?.(xhr, 'error', xhr.statusText);
    if (error) return answer;
    throw Object.assign(new Error(`the product answers ${xhr.status}`), { xhr });
  };

  window.AP = {
    context: {
      getToken: (callback) => both(call('getToken'), callback),
      getContext: (callback) => both(call('getContext'), callback),
    },
    user: { getCurrentUser: (callback) => both(call('getCurrentUser'), callback) },
    getLocation: (callback) => both(call('getLocation'), callback),
    request,
    resize: (width, height) => {
      const grown = () => document.documentElement.scrollHeight;
      return call('resize', { width: width ?? '100%', height: height ?? grown() });
    },
    sizeToParent: () => call('resize', { width: '100%', height: '80vh' }),
    theming: {
      initializeTheming: () => {
        theming = true;
        return call('getTheme').then(setTheme);
      },
    },
  };

  post({ type: 'ready' });
})();
