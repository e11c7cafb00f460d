using System.Globalization;

namespace Dormouse.Instances.Swap;

/// <summary>The kernel's devices of compressed memory, by the files in which it shows them. Knows nothing of whose they are.</summary>
internal sealed class ZramDevices(IZramHost host)
{
    private string Blocks => Path.Combine(host.Root, "sys", "block");

    private string Control => Path.Combine(host.Root, "sys", "class", "zram-control");

    /// <summary>Whether the kernel can do it at all.</summary>
    public bool AreThere => Directory.Exists(Control) || All().Any();

    public string PathOf(string device) => Path.Combine(host.Root, "dev", device);

    /// <summary>Zero: free for whoever wants it.</summary>
    public long BytesOf(string device) =>
        File.Exists(FileOf(device, "disksize"))
            ? long.Parse(File.ReadAllText(FileOf(device, "disksize")), CultureInfo.InvariantCulture)
            : 0;

    public bool IsSwap(string device) =>
        File.ReadLines(Path.Combine(host.Root, "proc", "swaps"))
            .Any(line => line.Split((char[])[' ', '\t'], 2)[0].EndsWith("/" + device, StringComparison.Ordinal));

    /// <summary>Those that nobody uses; each may be somebody's by the time that it is claimed.</summary>
    public IEnumerable<string> Free() => All().Where(device => BytesOf(device) == 0);

    /// <summary>A new one.</summary>
    public string Add() => "zram" + File.ReadAllText(Path.Combine(Control, "hot_add")).Trim();

    /// <summary>False if somebody else has claimed it already: the kernel takes the first.</summary>
    public bool TryClaim(string device, long bytes)
    {
        try
        {
            Write(FileOf(device, "disksize"), bytes.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (IOException) when (BytesOf(device) != 0)
        {
            return false;
        }
    }

    /// <summary>Makes it free again, with nothing in it.</summary>
    public void Reset(string device) => Write(FileOf(device, "reset"), "1");

    public void Remove(string device) => Write(Path.Combine(Control, "hot_remove"), device["zram".Length..]);

    private IEnumerable<string> All() =>
        Directory.Exists(Blocks)
            ? Directory.EnumerateFileSystemEntries(Blocks, "zram*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
            : [];

    private string FileOf(string device, string name) => Path.Combine(Blocks, device, name);

    private static void Write(string file, string value)
    {
        // Neither truncated nor made: these are the kernel's files, one write is one command.
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }
}
