package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.log.FileKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * KMS for the template's keys: Sign with RSASSA_PKCS1_V1_5_SHA_256 or ED25519_SHA_512, GetPublicKey; GenerateDataKey and Decrypt with
 * encryption context for symmetric ones; DescribeKey. A key is made the first time it is needed and kept in the data
 * folder, readable by its owner only.
 */
public final class KmsService implements LocalService {
    private static final String PREFIX = "TrentService.";
    private static final String ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256";
    private static final String ED25519_SPEC = "ECC_NIST_EDWARDS25519";
    private static final String ED25519 = "ED25519_SHA_512";

    /** KMS's limit of a message that it hashes itself. */
    private static final int MAX_RAW_BYTES = 4096;

    private static final int SHA256_BYTES = 32;

    /** DER of DigestInfo with SHA-256, up to the digest (RFC 8017, section 9.2, note 1). */
    private static final byte[] DIGEST_INFO =
            HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    /** DER of SubjectPublicKeyInfo for Ed25519, up to the key (RFC 8410). */
    private static final byte[] ED25519_INFO = HexFormat.of().parseHex("302a300506032b6570032100");

    private record Pair(PrivateKey privateKey, PublicKey publicKey) {}

    private final Template template;
    private final Path folder;
    private final Clock clock;
    private final Map<String, Pair> pairs = new HashMap<>();
    private final Map<String, SymmetricKey> symmetricKeys = new HashMap<>();
    private final Map<String, FileKey> logKeys = new HashMap<>();

    /**
     * @param folder where keys are kept, one file each; made when it does not exist
     */
    public KmsService(Template template, Path folder, Clock clock) {
        this.template = template;
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public String service() {
        return "kms";
    }

    @Override
    public List<Authorization> authorizations(LocalRequest request) {
        var operation = JsonOperation.of(request, PREFIX);
        String action =
                switch (operation.name()) {
                    case "Sign", "GetPublicKey", "DescribeKey", "GenerateDataKey", "Decrypt" ->
                            "kms:" + operation.name();
                    default -> throw JsonOperation.unknown(operation.name());
                };
        String keyId = keyId(operation);
        var context = new HashMap<String, List<String>>();
        String algorithm = operation.text("SigningAlgorithm");
        if (algorithm != null) {
            context.put("kms:SigningAlgorithm", List.of(algorithm));
            String type = operation.text("MessageType");
            context.put("kms:MessageType", List.of(type == null ? "RAW" : type));
        }
        SymmetricKey.context(operation)
                .forEach((name, value) ->
                        context.put("kms:EncryptionContext:" + name, List.of(value)));
        int alias = keyId.indexOf("alias/");
        if (alias >= 0) {
            context.put("kms:RequestAlias", List.of(keyId.substring(alias)));
        }
        return List.of(new Authorization(action, key(keyId).arn(), context));
    }

    @Override
    public LocalResponse handle(LocalRequest request, LocalCaller caller) {
        var operation = JsonOperation.of(request, PREFIX);
        var key = key(keyId(operation));
        return JsonOperation.answer(
                switch (operation.name()) {
                    case "Sign" ->
                            key.keySpec().equals(ED25519_SPEC)
                                    ? signEd25519(operation, key)
                                    : sign(operation, key);
                    case "GetPublicKey" ->
                            key.keySpec().equals(ED25519_SPEC)
                                    ? publicEd25519(key)
                                    : publicKey(key);
                    case "GenerateDataKey" -> symmetric(key).generateDataKey(operation);
                    case "Decrypt" -> symmetric(key).decrypt(operation);
                    case "DescribeKey" -> JsonOperation.object().set("KeyMetadata", describe(key));
                    default -> throw JsonOperation.unknown(operation.name());
                });
    }

    /** A symmetric ciphertext names its key, so a request for Decrypt need not. */
    private static String keyId(JsonOperation operation) {
        String said = operation.text("KeyId");
        return said == null && operation.name().equals("Decrypt")
                ? SymmetricKey.keyIdOf(operation)
                : operation.need("KeyId");
    }

    private synchronized SymmetricKey symmetric(Template.Key key) {
        return symmetricKeys.computeIfAbsent(
                key.id(), _ -> SymmetricKey.load(key, folder.resolve(key.id() + ".aes")));
    }

    private Template.Key key(String id) {
        return find(id).orElseThrow(() ->
                new LocalServiceException(400, "NotFoundException", "no key `" + id + "`"));
    }

    private Optional<Template.Key> find(String id) {
        String own = "arn:aws:kms:" + Template.REGION + ":" + Template.ACCOUNT + ":";
        String name = id.startsWith(own) ? id.substring(own.length()) : id;
        return template.keys().stream()
                .filter(key ->
                        name.equals(key.id())
                                || id.equals(key.arn())
                                || key.aliases().contains(name))
                .findFirst();
    }

    private ObjectNode sign(JsonOperation operation, Template.Key key) {
        if (!operation.need("SigningAlgorithm").equals(ALGORITHM)) {
            throw new LocalServiceException(
                    400,
                    "InvalidKeyUsageException",
                    "the local KMS signs with " + ALGORITHM + " only");
        }
        byte[] message = bytes(operation.need("Message"));
        String type = operation.text("MessageType");
        boolean digest = "DIGEST".equals(type);
        if (type != null && !digest && !type.equals("RAW")) {
            throw validation("MessageType is neither RAW nor DIGEST");
        }
        if (digest ? message.length != SHA256_BYTES : message.length > MAX_RAW_BYTES) {
            throw validation(
                    digest ? "the digest is not 32 bytes" : "the message is over 4096 bytes");
        }
        try {
            var signature = Signature.getInstance(digest ? "NONEwithRSA" : "SHA256withRSA");
            signature.initSign(pair(key).privateKey());
            if (digest) {
                signature.update(DIGEST_INFO);
            }
            signature.update(message);
            var out = JsonOperation.object();
            out.put("KeyId", key.arn());
            out.put("Signature", Base64.getEncoder().encodeToString(signature.sign()));
            out.put("SigningAlgorithm", ALGORITHM);
            return out;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign", e);
        }
    }

    /** Plain Ed25519, of the message as it is. */
    private ObjectNode signEd25519(JsonOperation operation, Template.Key key) {
        byte[] message = bytes(operation.need("Message"));
        String type = operation.text("MessageType");
        if (!operation.need("SigningAlgorithm").equals(ED25519)
                || (type != null && !type.equals("RAW"))) {
            throw new LocalServiceException(
                    400,
                    "InvalidKeyUsageException",
                    "the local KMS signs with " + ED25519 + " and RAW only");
        }
        if (message.length > MAX_RAW_BYTES) {
            throw validation("the message is over 4096 bytes");
        }
        var out = JsonOperation.object();
        out.put("KeyId", key.arn());
        out.put("Signature", Base64.getEncoder().encodeToString(ed25519(key).sign(message)));
        out.put("SigningAlgorithm", ED25519);
        return out;
    }

    private ObjectNode publicEd25519(Template.Key key) {
        byte[] raw = ed25519(key).publicKey();
        byte[] spki = Arrays.copyOf(ED25519_INFO, ED25519_INFO.length + raw.length);
        System.arraycopy(raw, 0, spki, ED25519_INFO.length, raw.length);
        var out = JsonOperation.object();
        out.put("KeyId", key.arn());
        out.put("PublicKey", Base64.getEncoder().encodeToString(spki));
        out.put("KeySpec", key.keySpec());
        out.put("CustomerMasterKeySpec", key.keySpec());
        out.put("KeyUsage", key.keyUsage());
        out.putArray("SigningAlgorithms").add(ED25519);
        return out;
    }

    private synchronized FileKey ed25519(Template.Key key) {
        return logKeys.computeIfAbsent(
                key.id(),
                id -> {
                    try {
                        Files.createDirectories(folder);
                        return FileKey.in(folder.resolve(id + ".pkcs8"));
                    } catch (IOException e) {
                        throw new IllegalStateException(
                                "the stored key " + id + " is unreadable", e);
                    }
                });
    }

    private ObjectNode publicKey(Template.Key key) {
        var out = JsonOperation.object();
        out.put("KeyId", key.arn());
        out.put(
                "PublicKey",
                Base64.getEncoder().encodeToString(pair(key).publicKey().getEncoded()));
        out.put("KeySpec", key.keySpec());
        out.put("CustomerMasterKeySpec", key.keySpec());
        out.put("KeyUsage", key.keyUsage());
        out.putArray("SigningAlgorithms").add(ALGORITHM);
        return out;
    }

    private ObjectNode describe(Template.Key key) {
        var out = JsonOperation.object();
        out.put("AWSAccountId", Template.ACCOUNT);
        out.put("KeyId", key.id());
        out.put("Arn", key.arn());
        out.put("CreationDate", clock.instant().getEpochSecond());
        out.put("Enabled", true);
        out.put("KeyState", "Enabled");
        out.put("KeyUsage", key.keyUsage());
        out.put("KeySpec", key.keySpec());
        out.put("CustomerMasterKeySpec", key.keySpec());
        out.put("KeyManager", "CUSTOMER");
        out.put("Origin", "AWS_KMS");
        if (key.keyUsage().equals("SIGN_VERIFY")) {
            out.putArray("SigningAlgorithms")
                    .add(key.keySpec().equals(ED25519_SPEC) ? ED25519 : ALGORITHM);
        }
        return out;
    }

    private synchronized Pair pair(Template.Key key) {
        Pair known = pairs.get(key.id());
        if (known == null) {
            known = load(key);
            pairs.put(key.id(), known);
        }
        return known;
    }

    private Pair load(Template.Key key) {
        int bits =
                switch (key.keySpec()) {
                    case "RSA_2048" -> 2048;
                    case "RSA_3072" -> 3072;
                    case "RSA_4096" -> 4096;
                    default -> 0;
                };
        if (bits == 0 || !key.keyUsage().equals("SIGN_VERIFY")) {
            throw new LocalServiceException(
                    400,
                    "UnsupportedOperationException",
                    "the local KMS only has RSA signing keys");
        }
        var file = new PrivateFile(folder.resolve(key.id() + ".pkcs8"));
        try {
            var factory = KeyFactory.getInstance("RSA");
            byte[] encoded = file.read().orElse(null);
            if (encoded == null) {
                var generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(bits);
                encoded = generator.generateKeyPair().getPrivate().getEncoded();
                file.write(encoded);
            }
            var privateKey =
                    (RSAPrivateCrtKey) factory.generatePrivate(new PKCS8EncodedKeySpec(encoded));
            var spec =
                    new RSAPublicKeySpec(privateKey.getModulus(), privateKey.getPublicExponent());
            return new Pair(privateKey, factory.generatePublic(spec));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the stored key " + key.id() + " is unreadable", e);
        }
    }

    private static byte[] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw validation("Message is not base64");
        }
    }

    private static LocalServiceException validation(String message) {
        return new LocalServiceException(400, "ValidationException", message);
    }
}
