package dev.sluicegate.tools.billing.getinvoice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.kit.testing.ManifestContract;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest extends ManifestContract {
    ManifestTest() {
        super(GetInvoice.class, GetInvoice::new, List.of("INVOICES"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"invoice_id\": \"INV-2001\"}", "{\"invoice_id\": \"INV-1\"}"})
    void theseArgumentsAreAccepted(String arguments) {
        assertThat(accepts(arguments)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"invoice_id\": 2001}",
                "{\"invoice_id\": \"2001\"}",
                "{\"invoice_id\": \"INV-2001\\n\"}",
                "{\"invoice_id\": \"INV-2001#x\"}",
                "{\"invoice_id\": \"INV-12345678901\"}",
                "{\"invoice_id\": \"INV-2001\", \"fields\": [\"pk\"]}"
            })
    void theseArgumentsAreRefused(String arguments) {
        assertThat(accepts(arguments)).isFalse();
    }
}
