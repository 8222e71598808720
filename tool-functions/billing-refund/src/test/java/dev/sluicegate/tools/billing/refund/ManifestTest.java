package dev.sluicegate.tools.billing.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.kit.testing.ManifestContract;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest extends ManifestContract {
    ManifestTest() {
        super(Refund.class, Refund::new, List.of("INVOICES", "REFUNDS"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 0.01, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 49.99, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": -5, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 0, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 1000000, \"currency\": \"EUR\"}"
            })
    void theseArgumentsAreAccepted(String arguments) {
        assertThat(accepts(arguments)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": \"50\", \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 0.001, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 1000000.01, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"eur\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"EURO\"}",
                "{\"invoice_id\": \"2001\", \"amount\": 50, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001#x\", \"amount\": 50, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"EUR\", \"also\": 1}"
            })
    void theseArgumentsAreRefused(String arguments) {
        assertThat(accepts(arguments)).isFalse();
    }
}
