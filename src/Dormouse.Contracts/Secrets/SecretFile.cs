using System.Security.Cryptography;

namespace Dormouse.Contracts;

/// <summary>Files that only their owner may read, written whole or not at all.</summary>
public static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const int SecretBytes = 32;

    /// <summary>256 random bits in hexadecimal, made at the first call.</summary>
    public static byte[] LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
        }
        return Load(path);
    }

    /// <summary>What <see cref="LoadOrCreate"/> made.</summary>
    /// <exception cref="DormouseException">The file holds something else.</exception>
    public static byte[] Load(string path)
    {
        try
        {
            byte[] secret = Convert.FromHexString(File.ReadAllText(path).Trim());
            return secret.Length == SecretBytes ? secret : throw new FormatException();
        }
        catch (FormatException exception)
        {
            throw new DormouseException(
                FailureKind.Host,
                "DM1012",
                $"The file '{path}' does not hold {2 * SecretBytes} hexadecimal digits. Put the right one back from a copy; without it, what "
                    + "it protects cannot be read.",
                exception
            );
        }
    }

    /// <summary>Writes a text for the owner alone.</summary>
    public static void Write(string path, string text) => Write(path, text, OwnerOnly);

    /// <summary>Writes a text that lies beside secrets and is none: everybody may read it.</summary>
    public static void WriteReadable(string path, string text) => Write(path, text, Readable);

    private static void Write(string path, string text, UnixFileMode mode)
    {
        string unfinished = $"{path}.{Environment.ProcessId}.new";
        File.Delete(unfinished);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        };
        using (var stream = new FileStream(unfinished, options))
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.WriteLine(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }
        // The umask may have narrowed it.
        File.SetUnixFileMode(unfinished, mode);
        File.Move(unfinished, path, overwrite: true);
    }
}
