// A client's authentication, as openid-client and oauth4webapi both call it.
const ALGORITHMS = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256" },
};

/**
 * @param library openid-client, or oauth4webapi
 * @param given with `client_secret`, or with `private_key` (a JWK with its `alg`), or with neither
 */
export async function authenticationBy(library, given) {
  if (given.private_key) {
    const { alg, kid } = given.private_key;
    const key = await crypto.subtle.importKey(
      "jwk", given.private_key, ALGORITHMS[alg], false, ["sign"],
    );
    return library.PrivateKeyJwt({ key, kid });
  }
  return given.client_secret ? library.ClientSecretBasic(given.client_secret) : library.None();
}
