using System.Globalization;
using System.Text;
using Dormouse.Postgres;

namespace Dormouse.Instances.Templates;

/// <summary>
/// Gives a clone of a template passwords of its own before any server runs on it, by putting one SCRAM verifier in the place of another of the same
/// length in the catalogue's page. A connection that says ALTER ROLE does the same, and costs a creation more than its rename does.
/// </summary>
/// <remarks>
/// Nothing is changed unless everything is as expected: the file that initdb makes, whole pages with right checksums, and verifiers of exactly the two
/// passwords that are known. The template was shut down cleanly, so no log is replayed over the page.
/// </remarks>
internal static class PasswordChange
{
    /// <summary><c>pg_authid</c>, which initdb gives its number of the catalogue as a name; it has another once it was rewritten.</summary>
    private const string RolesFile = "global/1260";

    // A fresh catalogue has its fifteen roles on one page; a file that is much larger is none of ours.
    private const int PagesMax = 8;

    private static ReadOnlySpan<byte> Beginning => "SCRAM-SHA-256$"u8;

    /// <param name="dataPath">A data directory at rest that belongs to nobody else.</param>
    /// <param name="from">The passwords inside.</param>
    /// <param name="to">Those that shall be.</param>
    /// <returns>False if it was left as it was.</returns>
    public static bool TryMake(string dataPath, RoleSecrets from, RoleSecrets to)
    {
        string path = Path.Combine(dataPath, RolesFile);
        var file = new FileInfo(path);
        if (!file.Exists || file.Length is 0 or > PagesMax * DataPage.Bytes || file.Length % DataPage.Bytes != 0)
        {
            return false;
        }
        byte[] content = File.ReadAllBytes(path);
        var changed = new HashSet<string>();
        for (int number = 0; number < content.Length / DataPage.Bytes; number++)
        {
            if (!TryChange(content.AsSpan(number * DataPage.Bytes, DataPage.Bytes), (uint)number, from, to, changed))
            {
                return false;
            }
        }
        if (changed.Count != 2)
        {
            return false;
        }
        // In the place of the old: the file keeps its owner and its mode.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, 0);
        stream.Write(content);
        return true;
    }

    private static bool TryChange(Span<byte> page, uint number, RoleSecrets from, RoleSecrets to, HashSet<string> changed)
    {
        ushort stored = DataPage.StoredChecksum(page);
        if (stored != 0 && stored != DataPage.Checksum(page, number))
        {
            return false;
        }
        for (int at = page.IndexOf(Beginning); at >= 0; )
        {
            if (Other(page[at..], from, to) is not { } other)
            {
                return false;
            }
            changed.Add(other.Password);
            other.Verifier.CopyTo(page[at..]);
            int next = page[(at + 1)..].IndexOf(Beginning);
            at = next < 0 ? next : at + 1 + next;
        }
        if (stored != 0)
        {
            DataPage.StoreChecksum(page, number);
        }
        return true;
    }

    /// <summary>The verifier that takes the place of the one at the beginning of <paramref name="text"/>; null if that is of no known password.</summary>
    private static (string Password, byte[] Verifier)? Other(ReadOnlySpan<byte> text, RoleSecrets from, RoleSecrets to)
    {
        // SCRAM-SHA-256$iterations:salt$keys
        ReadOnlySpan<byte> numbers = text[Beginning.Length..];
        int colon = numbers.IndexOf((byte)':');
        int dollar = numbers.IndexOf((byte)'$');
        if (
            colon < 1
            || dollar < colon
            || !int.TryParse(numbers[..colon], CultureInfo.InvariantCulture, out int iterations)
            || iterations < 1
        )
        {
            return null;
        }
        byte[] salt;
        try
        {
            salt = Convert.FromBase64String(Encoding.ASCII.GetString(numbers[(colon + 1)..dollar]));
        }
        catch (FormatException)
        {
            return null;
        }
        foreach (
            (string old, string password) in ((string, string)[])
                [(from.PlatformPassword, to.PlatformPassword), (from.AppPassword, to.AppPassword)]
        )
        {
            byte[] known = Encoding.ASCII.GetBytes(ScramVerifier.Create(old, iterations, salt));
            if (text.StartsWith(known))
            {
                byte[] other = Encoding.ASCII.GetBytes(ScramVerifier.Create(password, iterations));
                return other.Length == known.Length ? (password, other) : null;
            }
        }
        return null;
    }
}
