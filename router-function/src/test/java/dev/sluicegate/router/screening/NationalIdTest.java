package dev.sluicegate.router.screening;

import static dev.sluicegate.router.screening.Screened.typesIn;
import static dev.sluicegate.router.screening.Screened.typesUnder;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specimens are those that the offices themselves print; none belongs to a person. */
class NationalIdTest {
    @ParameterizedTest
    @CsvSource({
        "us_ssn, ssn, 123-45-6789",
        "us_itin, itin, 912-90-1234",
        "us_bank_routing, routing number, 011000015",
        "uk_nhs_number, nhsNumber, 943 476 5919",
        "uk_nino, national_insurance, AB123456C",
        "de_tax_id, Steuer-ID, 86095742719",
        "fr_nir, numéro de sécurité sociale, 255081416802538",
        "es_dni, dni, 12345678Z",
        "es_nie, NIE, X1234567L",
        "it_fiscal_code, codice fiscale, RSSMRA85T10A562S",
        "pl_pesel, PESEL, 44051401359",
        "nl_bsn, bsn, 111222333",
        "be_national_number, rijksregisternummer, 85.07.30-033.28",
        "pt_nif, NIF, 123456789",
        "se_personnummer, personnummer, 811218-9876",
        "fi_hetu, henkilötunnus, 131052-308T",
        "ch_ahv, AHV-Nummer, 756.9217.0769.85",
        "at_svnr, Sozialversicherungsnummer, 1237 010180",
        "ie_pps, ppsNumber, 1234567T",
        "br_cpf, cpf, 111.444.777-35",
        "br_cnpj, cnpj, 11.222.333/0001-81",
        "in_pan, pan, ABCPE1234F",
        "au_tfn, tax file number, 123 456 782",
        "au_medicare, medicare, 2123 45670 1",
        "sg_nric, NRIC, S1234567D",
        "jp_my_number, マイナンバー, 123456789018",
        "cn_resident_id, 身份证, 11010519491231002X",
        "za_id_number, id number, 8001015009087",
        "tr_tckn, TC Kimlik, 10000000146"
    })
    void aNumberUnderItsNameIsFound(String type, String key, String number) {
        assertThat(typesUnder(key, number)).containsExactly(type);
        assertThat(typesIn("the customer gave " + key + " " + number + " during the call"))
                .containsExactly(type);
        assertThat(typesIn("39,Olu," + number + "," + key + ",active")).containsExactly(type);
        assertThat(Screened.released(key + ": " + number)).doesNotContain(number);
    }

    @ParameterizedTest
    @CsvSource({
        "routing number, 011000015",
        "nhsNumber, 9434765919",
        "Steuer-ID, 86095742719",
        "numéro de sécurité sociale, 255081416802538",
        "PESEL, 44051401359",
        "bsn, 111222333",
        "rijksregisternummer, 85073003328",
        "personnummer, 8112189876",
        "ahv, 7569217076985",
        "cpf, 11144477735",
        "cnpj, 11222333000181",
        "tax file number, 123456782",
        "マイナンバー, 123456789018",
        "id number, 8001015009087",
        "TC Kimlik, 10000000146"
    })
    void anyOtherLastDigitMakesItNoNumber(String key, String number) {
        var stem = number.substring(0, number.length() - 1);
        var last = number.charAt(number.length() - 1);
        var found = 0;
        for (var digit = '0'; digit <= '9'; digit++) {
            var types = typesUnder(key, stem + digit);
            found += types.isEmpty() ? 0 : 1;
            if (digit == last) {
                assertThat(types).hasSize(1);
            }
        }
        assertThat(found).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "943 476 5919",
                "86095742719",
                "111222333",
                "44051401359",
                "12345678Z",
                "AB123456C",
                "1784566879",
                "123456782",
                "756.9217.0769.85"
            })
    void aNumberWithoutItsNameIsJustANumber(String number) {
        assertThat(typesIn("value " + number + " of the series")).isEmpty();
        assertThat(typesUnder("orderId", number)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssn 000-12-3456",
                "ssn 666-12-3456",
                "ssn 123-00-4567",
                "ssn 123-45-0000",
                "itin 912-93-1234",
                "part no. 123-45-6789",
                "lot 123-45-6789",
                "sku: 611-118-2559",
                "1123-45-6789",
                "123-45-67890",
                "123-45-6789-01",
                "build 1.123-45-6789"
            })
    void whatTheOfficeNeverGaveOutIsNone(String text) {
        assertThat(typesIn(text)).isEmpty();
    }

    @Test
    void arithmeticOfVerhoeff() {
        assertThat(CheckDigits.verhoeff("2363")).isTrue();
        assertThat(CheckDigits.verhoeff("2364")).isFalse();
        assertThat(CheckDigits.verhoeff("3263")).isFalse();
        var aadhaar = "";
        for (var digit = 0; digit <= 9; digit++) {
            aadhaar = CheckDigits.verhoeff("23456789012" + digit) ? "23456789012" + digit : aadhaar;
        }
        assertThat(typesUnder("aadhaar", aadhaar)).containsExactly("in_aadhaar");
        assertThat(typesUnder("account", aadhaar)).isEmpty();
    }

    @Test
    void detailsThatOnlyTheirNameTellsAreFound() {
        assertThat(typesUnder("dateOfBirth", "1987-07-20")).containsExactly("date_of_birth");
        assertThat(typesIn("born 20.07.1987 in Bonn")).containsExactly("date_of_birth");
        assertThat(typesUnder("createdAt", "1987-07-20")).isEmpty();
        assertThat(typesUnder("cvv", "493")).containsExactly("card_security_code");
        assertThat(typesIn("security code: 4931")).containsExactly("card_security_code");
        assertThat(typesIn("cvv: 49312")).isEmpty();
        assertThat(typesUnder("vin", "1M8GDM9AXKP042788")).containsExactly("vehicle_number");
        assertThat(typesUnder("vin", "1M8GDM9A1KP042788")).isEmpty();
        assertThat(typesIn("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"))
                .containsExactly("bitcoin_address");
        assertThat(typesIn("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")).isEmpty();
    }

    @Test
    void bothLinesOfAPassportGoTogether() {
        var mrz =
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                        + "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

        assertThat(typesIn(mrz)).containsExactly("passport_mrz");
        assertThat(Screened.released(mrz)).matches("\\[REDACTED:passport_mrz:[0-9a-f]{8}]");
        assertThat(typesIn(mrz.replace("L898902C36", "L898902C46"))).isEmpty();
    }

    @Test
    void aDeclaredFieldMayHoldOne() {
        var manifest = Manifests.with(",\"out\":{\"fields\":{\"/bsn\":\"pii\"}}");

        var screened =
                (ScreenedResult.Passed)
                        new Screening(Screened.DIGEST)
                                .screenResult(
                                        manifest,
                                        Manifests.json("{\"bsn\":\"111222333\"}"),
                                        null,
                                        null);

        assertThat(String.valueOf(screened.structured())).contains("111222333");
        assertThat(screened.findings()).isEqualTo(List.of());
    }
}
