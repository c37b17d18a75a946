//! Verifies signatures of webhook bodies.

use storewright_runtime::verify_hmac_sha256;

#[test]
fn a_signature_belongs_to_one_body_and_one_secret() {
    // Test case 2 of RFC 4231.
    const BODY: &[u8] = b"what do ya want for nothing?";
    const RIGHT: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    verify_hmac_sha256(b"Jefe", BODY, RIGHT).unwrap();
    verify_hmac_sha256(b"Jefe", BODY, &format!(" {}\n", RIGHT.to_uppercase())).unwrap();
    let wrong = RIGHT.replace('5', "6");
    for signature in ["", "5bdcc146", "zz", "é", &RIGHT[1..], &format!("{RIGHT}00"), &wrong] {
        verify_hmac_sha256(b"Jefe", BODY, signature).unwrap_err();
    }
    verify_hmac_sha256(b"jefe", BODY, RIGHT).unwrap_err();
    verify_hmac_sha256(b"Jefe", b"what do ya want for nothing? ", RIGHT).unwrap_err();
}
