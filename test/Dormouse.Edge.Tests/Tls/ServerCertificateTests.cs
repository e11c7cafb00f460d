using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Tls;

namespace Dormouse.Edge.Tests.Tls;

public sealed class ServerCertificateTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly (string Certificate, string Key) Good = TestCertificates.Make();

    [Fact]
    public void A_pair_is_served_with_the_issuers_that_stand_behind_it()
    {
        ServerCertificate certificate = Read(Good.Certificate, Good.Key);

        Assert.Equal(TestCertificates.ThumbprintOf(Good.Certificate), certificate.Thumbprint);
        Assert.Equal("CN=Test issuer", Assert.Single(certificate.Handshake.ServerCertificateContext!.IntermediateCertificates).Subject);
    }

    [Fact]
    public void One_file_may_hold_both()
    {
        string both = Good.Certificate + Good.Key;

        Assert.Equal(TestCertificates.ThumbprintOf(Good.Certificate), Read(both, both).Thumbprint);
    }

    // A file may be read while it is being written: whatever part of it is there, it is never taken for a whole one. Between its two
    // certificates it ends as a shorter chain would, which two reads in a row have to find out.
    [Fact]
    public void No_beginning_of_a_certificate_file_is_taken_for_a_whole_one()
    {
        string certificate = Good.Certificate.TrimEnd();
        int first = certificate.IndexOf("-----END CERTIFICATE-----", StringComparison.Ordinal) + "-----END CERTIFICATE-----".Length;
        int second =
            certificate.IndexOf("-----BEGIN CERTIFICATE-----", first, StringComparison.Ordinal) + "-----BEGIN CERTIFICATE-----".Length;

        for (var length = 0; length < certificate.Length; length++)
        {
            if (length < first || length >= second)
            {
                Assert.Equal("DM4051", FailureOf(certificate[..length], Good.Key));
            }
        }
    }

    [Fact]
    public void No_beginning_of_a_key_file_is_taken_for_a_whole_one()
    {
        for (var length = 0; length < Good.Key.Length; length++)
        {
            Assert.Equal("DM4052", FailureOf(Good.Certificate, Good.Key[..length]));
        }
    }

    [Fact]
    public void A_key_of_another_certificate_and_one_under_a_passphrase_are_refused()
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(Good.Key);
        string sealedKey = key.ExportEncryptedPkcs8PrivateKeyPem(
            "secret",
            new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)
        );

        Assert.Equal("DM4052", FailureOf(Good.Certificate, TestCertificates.Make().Key));
        Assert.Equal("DM4052", FailureOf(Good.Certificate, sealedKey));
    }

    [Theory]
    [InlineData(-30, 0)]
    [InlineData(1, 30)]
    public void A_certificate_out_of_its_time_is_refused(int fromDays, int untilDays)
    {
        (string certificate, string key) = TestCertificates.Make(Now.AddDays(fromDays), Now.AddDays(untilDays));

        Assert.Equal("DM4053", FailureOf(certificate, key));
    }

    private static ServerCertificate Read(string certificate, string key) =>
        ServerCertificate.Of(new CertificatePair(Encoding.UTF8.GetBytes(certificate), Encoding.UTF8.GetBytes(key)), "c.pem", "k.pem", Now);

    private static string? FailureOf(string certificate, string key)
    {
        try
        {
            Read(certificate, key);
            return null;
        }
        catch (DormouseException failure)
        {
            return failure.Code;
        }
    }
}
