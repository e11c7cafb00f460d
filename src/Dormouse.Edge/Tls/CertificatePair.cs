using Dormouse.Contracts;

namespace Dormouse.Edge.Tls;

/// <summary>The bytes of a certificate file and its key file, read at one moment; whether they belong together is not known yet.</summary>
internal sealed record CertificatePair(byte[] Certificate, byte[] Key)
{
    // A chain of four is 8 KB. More than this is another file.
    private const int BytesMax = 1024 * 1024;

    /// <exception cref="DormouseException">A file cannot be read.</exception>
    public static CertificatePair Read(string certificateFile, string keyFile)
    {
        byte[] certificate = Read(certificateFile);
        return new CertificatePair(certificate, keyFile == certificateFile ? certificate : Read(keyFile));
    }

    public bool SameAs(CertificatePair? other) =>
        other is not null && Certificate.AsSpan().SequenceEqual(other.Certificate) && Key.AsSpan().SequenceEqual(other.Key);

    private static byte[] Read(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return stream.Length <= BytesMax ? ReadToEnd(stream) : throw TlsFailures.TooLarge(file, BytesMax);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw TlsFailures.Unreadable(file, exception);
        }
    }

    // The file may be growing at this moment; what is read is then half a file, and found out by that.
    private static byte[] ReadToEnd(FileStream stream)
    {
        var bytes = new byte[stream.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
