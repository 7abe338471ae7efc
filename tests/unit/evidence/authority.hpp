#pragma once
/// An authority for time stamps and signers made on the spot by the openssl command: what judges us is not what is judged.

#include <sys/wait.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "support/scratch_folder.hpp"

namespace moisson::test {

/// Makes, in a scratch folder, an authority (ca.pem) and what it certifies. Dates as `openssl ca` takes them (YYYYMMDDHHMMSSZ).
class Authority {
public:
    explicit Authority(const std::string& name = "Test root") {
        folder_.write("ca.cnf",
                      "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=any\n"
                      "crlnumber=crlnumber\ndefault_crl_days=3650\nunique_subject=no\n"
                      "[any]\ncommonName=supplied\n"
                      "[stamps]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
                      "[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
                      "[plain]\nkeyUsage=digitalSignature\n"
                      "[tsa]\ndefault_tsa=one\n[one]\nserial=tsaserial\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha1,sha512\nsigner_digest=sha256\n"
                      "accuracy=secs:1\nordering=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n");
        folder_.write("index.txt", "");
        folder_.write("serial", "01\n");
        folder_.write("crlnumber", "01\n");
        folder_.write("tsaserial", "2A\n");
        run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.csr -subj '/CN=" + name + "'");
        run("ca -batch -notext -selfsign -config ca.cnf -extensions root -keyfile ca.key -in ca.csr -out ca.pem -startdate 20200101000000Z "
            "-enddate 20991231235959Z");
    }

    /// NAME.pem and NAME.key, for time stamps ("stamps") or for anything else ("plain").
    void certify(const std::string& name, const std::string& use, const std::string& from, const std::string& to) const {
        run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key -out " + name + ".csr -subj '/CN=" + name +
            "'");
        run("ca -batch -notext -config ca.cnf -extensions " + use + " -cert ca.pem -keyfile ca.key -in " + name + ".csr -out " + name +
            ".pem -startdate " + from + " -enddate " + to);
    }

    /// Certificates of the authority with a list in which NAME.pem is revoked: since `date` (YYMMDDHHMMSSZ), for `reason`, as
    /// `openssl ca` spells it; empty: none is given. Returns the file.
    [[nodiscard]] std::filesystem::path revoke(const std::string& name, const std::string& date, const std::string& reason) const {
        const std::string before = folder_.read("index.txt");
        run("ca -config ca.cnf -cert ca.pem -keyfile ca.key -revoke " + name + ".pem" + (reason.empty() ? "" : " -crl_reason " + reason));
        std::string index = folder_.read("index.txt");
        const std::size_t revoked = index.find("\nR\t") + 1;
        // R, the certificate's end, the date with the reason behind a comma, and more.
        const std::size_t begin = index.find('\t', revoked + 2) + 1;
        index.replace(begin, index.find_first_of(",\t", begin) - begin, date);
        folder_.write("index.txt", index);
        run("ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -out list.pem");
        folder_.write("index.txt", before);
        return folder_.write("both.pem", folder_.read("ca.pem") + folder_.read("list.pem"));
    }

    /// The answer of `openssl ts -reply`, by the certificate `name`, with those above it.
    [[nodiscard]] std::string answer(const std::string& request, const std::string& name = "tsa", bool with_chain = true) const {
        folder_.write("request.tsq", request);
        run("ts -reply -config ca.cnf -section one -queryfile request.tsq -signer " + name + ".pem -inkey " + name +
            ".key" + (with_chain ? " -chain ca.pem" : "") + " -out answer.tsr");
        return folder_.read("answer.tsr");
    }

    /// What `name` would have answered at `time` (YYYYMMDDHHMMSSZ): `openssl ts` knows the present alone, so the token's content is put
    /// together here and signed by `openssl cms`.
    [[nodiscard]] std::string answer_of(const std::string& sha256, const std::string& time, const std::string& name) const {
        folder_.write("tst.cnf",
                      "asn1=SEQUENCE:tst\n[tst]\nversion=INTEGER:1\npolicy=OID:1.2.3.4.1\nimprint=SEQUENCE:imprint\nserial=INTEGER:77\n"
                      "time=GENERALIZEDTIME:" + time + "\n[imprint]\nalgorithm=SEQUENCE:algorithm\nhash=FORMAT:HEX,OCTETSTRING:" + sha256 +
                      "\n[algorithm]\nname=OID:2.16.840.1.101.3.4.2.1\nparameters=NULL\n");
        run("asn1parse -genconf tst.cnf -noout -out tst.der");
        run("cms -sign -binary -nodetach -nosmimecap -cades -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst.der -outform DER -signer " +
            name + ".pem -inkey " + name + ".key -out token.der");
        const std::string inside = std::string("\x30\x03\x02\x01\x00", 5) + folder_.read("token.der");  // PKIStatusInfo: granted
        return std::string("\x30\x82") + static_cast<char>(inside.size() >> 8U) + static_cast<char>(inside.size() & 0xffU) + inside;
    }

    /// The command in the folder; throws where it fails.
    void run(const std::string& arguments) const {
        if (!runs(arguments)) {
            throw std::runtime_error("openssl " + arguments + "\n" + folder_.read("log"));
        }
    }
    [[nodiscard]] bool runs(const std::string& arguments) const {
        const int ended = std::system(("cd " + folder_.path().string() + " && openssl " + arguments + " >log 2>&1 </dev/null").c_str());
        return WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
    }

    [[nodiscard]] const ScratchFolder& folder() const { return folder_; }

private:
    ScratchFolder folder_;
};

}  // namespace moisson::test
