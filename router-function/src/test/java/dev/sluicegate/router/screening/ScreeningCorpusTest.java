package dev.sluicegate.router.screening;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.contract.Label;
import dev.sluicegate.record.KeyedDigest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Recall and false positives on labelled data that is not part of the repository: the folder that the
 * environment variable {@code SCREENING_DATA} names, or {@code shared/data} beside or above it. The
 * counts are floors: what is found today must be found tomorrow. The data was seen while the detectors
 * were written, so they say more about regressions than about the world.
 */
class ScreeningCorpusTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Scanners whose rules and test data are not ours. */
    private static final Set<String> INDEPENDENT =
            Set.of("kingfisher", "noseyparker", "secretlint");

    private final Screening screening =
            new Screening(KeyedDigest.ofSecret("test"), Detectors.with(ContactData.REMOVE));

    /** How many of how many. */
    private record Share(int found, int of) {
        Share plus(boolean hit) {
            return new Share(found + (hit ? 1 : 0), of + 1);
        }

        @Override
        public String toString() {
            return "%d of %d (%.1f %%)".formatted(found, of, of == 0 ? 0 : 100.0 * found / of);
        }
    }

    private static final Share NONE = new Share(0, 0);

    /** Of the secrets that are found, so many leave nothing behind. */
    private static final int REMOVED = 1_614;

    @Test
    void secretsAreFoundPlainAndEncodedAndHardNegativesAreNot() throws IOException {
        var shares = new TreeMap<String, Share>();
        var alarms = new ArrayList<String>();
        var removed = NONE;
        for (var line : lines("secrets-dev.jsonl.gz")) {
            if (line.path("strength").asText().equals("weak")) {
                continue; // by the judgement of its authors
            }
            var source = line.path("source").asText();
            var found = holdsSecret(findings(line.path("text").asText()));
            var positive = line.path("label").asBoolean();
            var group =
                    INDEPENDENT.contains(source)
                            ? "independent"
                            : source.startsWith("encoded:")
                                    ? "encoded"
                                    : source.startsWith("wrapped:") ? "wrapped" : source;
            shares.merge(
                    (positive ? "positive " : "negative ") + group,
                    NONE.plus(found),
                    (one, other) -> new Share(one.found() + other.found(), one.of() + other.of()));
            if (positive && found) {
                var left = isLeft(line);
                removed = removed.plus(!left);
            }
            if (!positive && found && source.startsWith("own")) {
                alarms.add(line.path("id").asText());
            }
        }

        System.out.println("secrets: " + shares + ", of the found removed as a whole " + removed);
        assertThat(alarms).isEmpty();
        assertThat(found(shares, "negative gitleaks")).isLessThanOrEqualTo(46);
        assertThat(found(shares, "negative independent")).isLessThanOrEqualTo(2);
        assertThat(removed.found()).isGreaterThanOrEqualTo(REMOVED);
        assertThat(found(shares, "positive independent")).isGreaterThanOrEqualTo(590);
        assertThat(found(shares, "positive gitleaks")).isGreaterThanOrEqualTo(770);
        assertThat(found(shares, "positive encoded")).isGreaterThanOrEqualTo(58);
        assertThat(found(shares, "positive wrapped")).isGreaterThanOrEqualTo(180);
    }

    /** Whether any secret that the data names is still there. */
    private boolean isLeft(JsonNode line) {
        var released = Screened.released(screening, node(line.path("text").asText())).toString();
        for (var secret : line.path("secrets")) {
            if (secret.isTextual()
                    && secret.textValue().length() >= 6
                    && released.contains(
                            JSON.valueToTree(secret.textValue())
                                    .toString()
                                    .replaceAll("^\"|\"$", ""))) {
                return true;
            }
        }
        return false;
    }

    private static int found(Map<String, Share> shares, String group) {
        return shares.getOrDefault(group, NONE).found();
    }

    @Test
    void whatIsFoundPlainIsFoundInsideOfJsonInsideOfAToolsAnswer() throws IOException {
        var plain = NONE;
        var wrapped = NONE;
        for (var line : lines("secrets-dev.jsonl.gz")) {
            var text = line.path("text").asText();
            var source = line.path("source").asText();
            if (!line.path("label").asBoolean() || !INDEPENDENT.contains(source)) {
                continue;
            }
            var inner = JSON.createObjectNode().put("line", 17).put("snippet", text).toString();
            var block = JSON.createObjectNode().put("type", "text").put("text", inner);
            plain = plain.plus(holdsSecret(findings(text)));
            wrapped =
                    wrapped.plus(
                            holdsSecret(
                                    screening
                                            .screenResult(
                                                    Manifests.reading(),
                                                    null,
                                                    JSON.createArrayNode().add(block),
                                                    null)
                                            .findings()));
        }

        System.out.println("secrets: plain " + plain + ", in JSON in JSON " + wrapped);
        assertThat(wrapped.found()).isGreaterThanOrEqualTo(plain.found() - plain.of() / 100);
    }

    @Test
    void personalDataIsFoundByItsTypeAndHardNegativesAreNot() throws IOException {
        var found = NONE;
        var alarms = NONE;
        var wrong = new ArrayList<String>();
        for (var line : lines("pii-dev.jsonl.gz")) {
            if (line.path("strength").asText().equals("ner")) {
                continue; // names and addresses are labelled by the manifest, not recognised
            }
            var types = findings(line.path("text").asText()).stream().map(Finding::type).toList();
            var positive = line.path("label").asBoolean();
            if (positive) {
                var hit = types.contains(TYPES.getOrDefault(line.path("type").asText(), "?"));
                found = found.plus(hit);
                wrong.addAll(hit ? List.of() : List.of(line.path("id").asText()));
            } else {
                alarms = alarms.plus(!types.isEmpty());
                wrong.addAll(types.isEmpty() ? List.of() : List.of(line.path("id").asText()));
            }
        }

        System.out.println("personal data: " + found + ", alarms " + alarms + ", wrong " + wrong);
        assertThat(found.found()).isGreaterThanOrEqualTo(334);
        assertThat(alarms.found()).isZero();
    }

    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("CREDIT_CARD", "card_number"),
                    Map.entry("IBAN", "iban"),
                    Map.entry("US_SSN", "us_ssn"),
                    Map.entry("US_ITIN", "us_itin"),
                    Map.entry("EMAIL", "email_address"),
                    Map.entry("PHONE", "phone_number"),
                    Map.entry("US_ABA", "us_bank_routing"),
                    Map.entry("UK_NHS", "uk_nhs_number"),
                    Map.entry("UK_NINO", "uk_nino"),
                    Map.entry("DE_TAX_ID", "de_tax_id"),
                    Map.entry("FR_NIR", "fr_nir"),
                    Map.entry("IT_FISCAL_CODE", "it_fiscal_code"),
                    Map.entry("ES_NIF", "es_dni"),
                    Map.entry("ES_NIE", "es_nie"),
                    Map.entry("PL_PESEL", "pl_pesel"),
                    Map.entry("NL_BSN", "nl_bsn"),
                    Map.entry("BE_RRN", "be_national_number"),
                    Map.entry("SE_PERSONNUMMER", "se_personnummer"),
                    Map.entry("FI_HETU", "fi_hetu"),
                    Map.entry("PT_NIF", "pt_nif"),
                    Map.entry("IN_AADHAAR", "in_aadhaar"),
                    Map.entry("IN_PAN", "in_pan"),
                    Map.entry("BR_CPF", "br_cpf"),
                    Map.entry("BR_CNPJ", "br_cnpj"),
                    Map.entry("AU_TFN", "au_tfn"),
                    Map.entry("AU_MEDICARE", "au_medicare"),
                    Map.entry("CA_SIN", "ca_sin"),
                    Map.entry("SG_NRIC", "sg_nric"),
                    Map.entry("KR_RRN", "kr_rrn"),
                    Map.entry("JP_MY_NUMBER", "jp_my_number"),
                    Map.entry("CN_RIC", "cn_resident_id"),
                    Map.entry("ZA_ID", "za_id_number"),
                    Map.entry("TR_TCKN", "tr_tckn"),
                    Map.entry("CRYPTO_BTC", "bitcoin_address"),
                    Map.entry("VIN", "vehicle_number"),
                    Map.entry("PASSPORT_MRZ", "passport_mrz"),
                    Map.entry("IP_ADDRESS", "ip_address"),
                    Map.entry("MAC_ADDRESS", "mac_address"),
                    Map.entry("DATE_OF_BIRTH", "date_of_birth"),
                    Map.entry("CVV", "card_security_code"));

    private static boolean holdsSecret(List<Finding> findings) {
        return findings.stream()
                .anyMatch(finding ->
                        finding.label() == Label.SECRET || finding.label() == Label.CREDENTIAL);
    }

    /** What is found in {@code text} as JSON when it is JSON, as one string when it is not. */
    private List<Finding> findings(String text) {
        return screening
                .screenResult(Manifests.reading(), node(text), null, null)
                .findings()
                .stream()
                .filter(finding -> !finding.type().endsWith("_characters"))
                .toList();
    }

    private static JsonNode node(String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (IOException e) {
            node = null;
        }
        if (node == null || !node.isContainerNode()) {
            node = JsonNodeFactory.instance.objectNode().put("text", text);
        }
        return node;
    }

    private static List<JsonNode> lines(String file) throws IOException {
        var folder = folder();
        if (folder == null || !Files.exists(folder.resolve(file))) {
            System.err.println("SKIPPED: no " + file + "; set SCREENING_DATA to its folder");
            throw new TestAbortedException("no " + file);
        }
        var lines = new ArrayList<JsonNode>();
        try (var in =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(folder.resolve(file))),
                                StandardCharsets.UTF_8))) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }

    private static @Nullable Path folder() {
        var named = System.getenv("SCREENING_DATA");
        if (named != null) {
            return Path.of(named);
        }
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared/data"))) {
                return at.resolve("shared/data");
            }
        }
        return null;
    }
}
