using Dormouse.Contracts;

namespace Dormouse.Edge.Tls;

/// <summary>What can be wrong with the front door's certificate, told to whoever runs the platform.</summary>
internal static class TlsFailures
{
    public static DormouseException Unreadable(string file, Exception cause) =>
        new(FailureKind.Host, "DM4050", $"The TLS file '{file}' cannot be read: {cause.Message}", cause);

    public static DormouseException TooLarge(string file, int bytesMax) =>
        new(FailureKind.Host, "DM4050", $"The TLS file '{file}' is larger than {bytesMax} bytes: it is no certificate or key.");

    public static DormouseException NoCertificate(string file, Exception? cause = null) =>
        new(
            FailureKind.Host,
            "DM4051",
            $"The file '{file}' holds no whole certificate in PEM form ('-----BEGIN CERTIFICATE-----' to '-----END CERTIFICATE-----'), or "
                + "one that is cut off or damaged. It must hold the server's certificate first, then those that lead to its CA.",
            cause
        );

    public static DormouseException NoKey(string file, Exception cause) =>
        new(
            FailureKind.Host,
            "DM4052",
            $"The file '{file}' does not hold the private key of the certificate in PEM form, without a passphrase: {cause.Message} "
                + "Certificate and key must be of one pair.",
            cause
        );

    public static DormouseException OutOfTime(string file, DateTimeOffset from, DateTimeOffset until) =>
        new(
            FailureKind.Host,
            "DM4053",
            $"The certificate in '{file}' is valid from {from:u} until {until:u}, which is not now. Get a new one, or set this machine's clock."
        );

    public static DormouseException BrokenAuthority(string file, Exception cause) =>
        new(
            FailureKind.Host,
            "DM4054",
            $"The development CA in '{file}' cannot be used: {cause.Message} Delete the file to have a new CA made; apps then need it anew.",
            cause
        );

    public static DormouseException Unwritable(string folder, Exception cause) =>
        new(FailureKind.Host, "DM4055", $"The development certificate in '{folder}' could not be made: {cause.Message}", cause);
}
