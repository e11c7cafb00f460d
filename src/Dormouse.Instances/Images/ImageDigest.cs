using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Instances.Images;

/// <summary>
/// The name of an image: SHA-256 over one line per folder, link and file of the root and of what initdb needs beside it, in the order
/// of their paths. A line is <c>kind mode path TAB content</c>, where content is a file's SHA-256 or a link's target. Owners and times
/// stay out, so the same packages give the same digest on every machine, and a root can be checked against its name.
/// </summary>
internal static class ImageDigest
{
    public static async Task<(string Digest, long SizeBytes)> ComputeAsync(string folder, CancellationToken cancellationToken)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        long size = 0;
        foreach (FileSystemInfo entry in Entries(new DirectoryInfo(folder)))
        {
            string path = entry.FullName[folder.Length..];
            if (entry.LinkTarget is { } target)
            {
                lines[path] = $"link - {path}\t{target}\n";
                continue;
            }
            string mode = Convert.ToString((int)entry.UnixFileMode, toBase: 8);
            if (entry is not FileInfo file)
            {
                lines[path] = $"folder {mode} {path}\t\n";
                continue;
            }
            size += file.Length;
            await using FileStream stream = file.OpenRead();
            string content = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            lines[path] = $"file {mode} {path}\t{content}\n";
        }
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Values)));
        return (Convert.ToHexStringLower(digest), size);
    }

    // .NET's own recursion would walk through links to folders.
    private static IEnumerable<FileSystemInfo> Entries(DirectoryInfo folder)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            yield return entry;
            if (entry is DirectoryInfo { LinkTarget: null } child)
            {
                foreach (FileSystemInfo inner in Entries(child))
                {
                    yield return inner;
                }
            }
        }
    }
}
