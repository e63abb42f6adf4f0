"""Each call of OpenSSL that can fail, failing in turn by what it returns.

calls.def names the functions; what else the programs take from libcrypto is in CANNOT_FAIL, and nothing is in neither. A
verdict is then the usual one, or none, or a worse one: some of these functions return the same for a fault of the evidence.
What a command writes is whole, or not there.
"""
import json
import os
import re
import shutil
import subprocess

import fire
from vectors import rows

HERE = os.path.dirname(os.path.abspath(__file__))
SHIM = os.environ["FIRE_CALLS_SHIM"]
MOST = {0: 2, 1: 8}.get(fire.SCALE, 100000)

# Frees, reads a member that is there, counts, compares, or fills a structure of the caller's.
CANNOT_FAIL = """ASN1_BIT_STRING_get_bit ASN1_INTEGER_cmp ASN1_STRING_get0_data ASN1_STRING_length ASN1_STRING_type ASN1_TYPE_get
BN_cmp BN_is_negative BN_is_odd BN_is_zero BN_num_bits CRYPTO_memcmp CRYPTO_secure_malloc_initialized CRYPTO_set_mem_functions
ECDSA_SIG_get0_r ECDSA_SIG_get0_s ERR_clear_error ERR_peek_error ERR_peek_last_error ERR_reason_error_string
EVP_PKEY_get_base_id EVP_sha1 OBJ_obj2nid OPENSSL_cleanse OPENSSL_sk_num OPENSSL_sk_pop_free OPENSSL_sk_value
OSSL_PARAM_construct_end OSSL_PARAM_construct_octet_string OSSL_PARAM_construct_uint32 OSSL_PARAM_construct_uint64
OSSL_PARAM_construct_utf8_string OSSL_PROVIDER_unload PKCS12_SAFEBAG_get0_bag_obj PKCS12_SAFEBAG_get0_bag_type
PKCS12_SAFEBAG_get_nid X509V3_set_ctx X509_ALGOR_get0 X509_CRL_get0_extensions X509_CRL_get0_lastUpdate
X509_CRL_get0_nextUpdate X509_CRL_get_REVOKED X509_CRL_get_version X509_EXTENSION_get_critical X509_EXTENSION_get_data
X509_EXTENSION_get_object X509_NAME_ENTRY_get_data X509_NAME_get0_der X509_NAME_get_entry X509_NAME_get_index_by_NID
X509_REVOKED_get0_extensions X509_REVOKED_get0_revocationDate X509_REVOKED_get0_serialNumber X509_REVOKED_get_ext
X509_REVOKED_get_ext_by_NID X509_get0_extensions X509_get0_notAfter X509_get0_notBefore X509_get0_pubkey_bitstr X509_get0_serialNumber
X509_get_X509_PUBKEY X509_get_ext X509_get_ext_by_NID X509_get_ext_count X509_get_issuer_name X509_get_serialNumber
X509_get_subject_name X509_get_version X509_getm_notAfter X509_getm_notBefore""".split()
# What these return for a failure is not only 0.
NEGATIVE = re.compile(r"^(i2d_|EVP_DigestVerify$|EVP_PKEY_(derive|CTX_set)|OBJ_obj2txt|ASN1_STRING_to_UTF8|PKCS12_(parse|verify))")

# Their 0 says that the data are not of the form, and nothing else (memory aside, which memory_time.py takes away): a list that does
# not decode revokes nobody.
OF_THE_DATA = re.compile(r"^(ASN1_TIME_to_tm|ASN1_[A-Z]+_get_\w+|d2i_\w+|X509_(REVOKED_)?get_ext_d2i)$")


def named():
    with open(os.path.join(HERE, "calls.def"), encoding="utf-8") as f:
        return re.findall(r"^CALL\((\w+)\)$", f.read(), re.M)


def taken(program):
    """What a program takes from libcrypto, by nm."""
    ldd = subprocess.run(["ldd", program], stdout=subprocess.PIPE, check=True).stdout.decode()
    lib = re.search(r"libcrypto\S* => (\S+)", ldd).group(1)
    symbols = lambda which, path: {line.split()[-1].split("@")[0] for line in subprocess.run(
        ["nm", "-D", which, path], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()}
    return symbols("--undefined-only", program) & symbols("--defined-only", lib)


def all_known():
    known = set(named()) | set(CANNOT_FAIL)
    for program in (fire.EVIDENCE, fire.VERIFY):
        for name in sorted(taken(program) - known):
            fire.expect(name.endswith("_free"), "%s: can it fail? It is in neither list" % name)


reached = set()


def counted(args):
    """How often the program itself calls each function."""
    r, w = os.pipe()
    fire.run(args, env=dict(os.environ, LD_PRELOAD=SHIM, FIRE_CALLS=str(w)), pass_fds=[w])
    os.close(w)
    with os.fdopen(r) as f:
        found = {name: int(n) for name, n in (line.split() for line in f)}
    reached.update(found)
    return found


def failing(args, most=MOST):
    """(function, where, run): each call in turn, the first ones and the last."""
    for name, n in counted(args).items():
        for at in sorted({*range(1, min(n, most - 1) + 1), n}):
            for value in ("0", "-1") if NEGATIVE.match(name) else ("0",):
                env = dict(os.environ, LD_PRELOAD=SHIM, FIRE_CALL=name, FIRE_AT=str(at), FIRE_VALUE=value)
                yield name, "%s %d of %d returns %s" % (name, at, n, value), lambda: fire.run(args, env=env)


def verdicts(row, args):
    """No verdict but the usual one is in order."""
    whole = fire.run(args)
    fire.expect(whole.returncode == row["exit"], "%s: exit %d" % (row["name"], whole.returncode))
    done = felt = 0
    for name, where, go in failing(args):
        p = go()
        where = "%s, %s" % (row["name"], where)
        fire.expect(p.returncode in fire.VERIFY_EXITS, "%s: exit %d" % (where, p.returncode))
        if p.returncode >= 64:
            fire.expect(not p.stdout, "%s: a report and exit %d" % (where, p.returncode))
        elif p.stdout != whole.stdout and not OF_THE_DATA.match(name):
            fire.expect(p.returncode != 0 or whole.returncode == 0 and checks(p) <= checks(whole), where + ": better than it is")
        felt += p.stdout != whole.stdout
        done += 1
    fire.expect(felt > 0, row["name"] + ": no call that failed was felt")
    return done


def checks(p):
    return sum(v == "passed" for v in json.loads(p.stdout)["checks"].values())


def clear(path):
    """A file of a run before, and the list beside a key."""
    for name in (path, path + ".opened"):
        if os.path.exists(name):
            os.unlink(name)


def writes(w, words, good, most=MOST):
    """A command whose last word is the file it makes: whole, or not there."""
    out, done, felt = words[-1], 0, 0
    for _, where, go in failing(w.words(words, w.copy(w.path("base"), "case")), most):
        w.copy(w.path("base"), "case")
        clear(out)
        p = go()
        where = "%s, %s" % (" ".join(words[:2]), where)
        fire.expect(p.returncode in fire.EXITS, "%s: exit %d" % (where, p.returncode))
        if p.returncode == 0:
            fire.expect(os.path.exists(out) and good(out), where + ": exit 0, and what it wrote is not in order")
        else:
            fire.expect(not os.path.exists(out), "%s: exit %d, and a file stands there" % (where, p.returncode))
            fire.expect(fire.one_line(p), "%s: exit %d without a line" % (where, p.returncode))
        fire.check_state(w, w.path("case"), b"", None, where)
        felt += p.returncode != 0
        done += 1
    fire.expect(felt > 0, " ".join(words[:2]) + ": no call that failed was felt")
    return done


def identities(w, words):
    """A command of another home that makes an identity: whole, so that it signs, or there is none. Each takes scrypt's time."""
    home, done, felt = w.path("other"), 0, 0
    env = dict(os.environ, EVIDENCE_HOME=home)
    args = [fire.EVIDENCE, "--passphrase-file", w.pw, "identity"] + words
    for _, where, go in failing(["env", "EVIDENCE_HOME=" + home] + args, 2):
        shutil.rmtree(home, ignore_errors=True)
        p = go()
        kept = os.listdir(os.path.join(home, "identities")) if os.path.isdir(os.path.join(home, "identities")) else []
        where = "identity %s, %s" % (words[0], where)
        fire.expect(p.returncode in fire.EXITS, "%s: exit %d" % (where, p.returncode))
        if p.returncode:
            fire.expect(not kept, "%s: exit %d, and %s" % (where, p.returncode, kept))
        else:
            case = w.path("second")
            shutil.rmtree(case, ignore_errors=True)
            o = fire.run([fire.EVIDENCE, "--passphrase-file", w.pw, "open", case, "--number", "2", "--title", "T"], env=env)
            fire.expect(o.returncode == 0, "%s: exit 0, and it does not sign: %s" % (where, o.stderr.decode(errors="replace")))
        felt += p.returncode != 0
        done += 1
    fire.expect(felt > 0, "identity %s: no call that failed was felt" % words[0])
    return done


def answers(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).returncode == 0


def anew(w, words, case=None):
    clear(words[-1])
    return w.must(words, case).stdout.decode()


def more(w):
    """Copies of keys, keys of other programs, envelopes."""
    copy, other, key, sealed = w.path("copy.p12"), w.path("other.p12"), w.path("age.key"), w.path("envelope.asice")
    opens = lambda p12: answers("openssl", "pkcs12", "-in", p12, "-noout", "-passin", "file:" + w.pw)
    n = writes(w, ["identity", "backup", copy], opens, 2)
    anew(w, ["identity", "backup", copy])
    n += identities(w, ["restore", copy])
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]
    for kind, algorithm, form in (("EC", ec, []), ("RSA", ["-newkey", "rsa:2048"], []), ("Old", ec, ["-legacy"])):
        subprocess.run(["openssl", "req", "-x509", "-nodes", "-subj", "/CN=" + kind, "-keyout", w.path("k.pem"), "-out", w.path("c.pem")]
                       + algorithm, stderr=subprocess.DEVNULL, check=True)
        subprocess.run(["openssl", "pkcs12", "-export", "-inkey", w.path("k.pem"), "-in", w.path("c.pem"), "-out", other, "-passout",
                        "file:" + w.pw] + form, check=True)
        n += identities(w, ["import", other, "--name", "Third", "--role", "custodian"])
    n += writes(w, ["envelope", "key", key], lambda k: os.path.getsize(k) > 0, 2)
    to = re.search(r"age1[0-9a-z]+", anew(w, ["envelope", "key", key])).group(0)
    n += writes(w, ["envelope", "create", "--to", to, sealed], lambda e: w.evidence(
        ["envelope", "open", "--again", "--key", key, e, w.path("opened.asice")]).returncode == 0 and not os.unlink(w.path("opened.asice")), MOST)
    anew(w, ["envelope", "create", "--to", to, sealed], w.copy(w.path("base"), "case"))
    return n + writes(w, ["envelope", "open", "--again", "--key", key, sealed, w.path("opened.asice")], whole, MOST)


def whole(bundle):
    return fire.run([fire.VERIFY, bundle]).returncode == 2  # and nobody here knows whose key it was


# Of cards, whose own failures unit-card has.
ELSEWHERE = {"CRYPTO_memdup", "ECDSA_SIG_new", "ASN1_STRING_to_UTF8"}

with fire.World() as world:
    all_known()
    total = 0
    groups = ["good-level-lta*", "X-21.?", "T-25.?", "X-23.?"] + ["good-key-*", "X-17.7?", "T-21.?"] * (fire.SCALE > 0)
    for i, group in enumerate(groups):
        for at, (r, a) in enumerate(rows(world.path("vectors%d" % i), group)):
            if at % {0: 5, 1: 2}.get(fire.SCALE, 1) == 0:
                total += verdicts(r, a)
    base = world.open_case("base")
    world.must(["add", world.sources(2)], base)
    total += writes(world, ["seal", world.path("out.asice")], whole)
    total += writes(world, ["timestamp", "request", "--entry", "1", "--out", world.path("out.tsq")],
                    lambda query: answers("openssl", "ts", "-query", "-in", query, "-text"))
    total += identities(world, ["create", "--name", "Second", "--role", "custodian"])
    if fire.SCALE > 0:
        total += more(world)
        for name in sorted(set(named()) - reached - ELSEWHERE):
            fire.fail(name + ": no command here calls it")
fire.finish("calls", total)
