using Dormouse.Instances.Swap;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Swap;

/// <summary>
/// The files in which a kernel shows its zram devices, in a folder. What a kernel does at once when one of them is written is done by
/// <see cref="Settle"/>.
/// </summary>
internal sealed class FakeZram : IZramHost, IDisposable
{
    private readonly TestDataFolder folder = new();

    public FakeZram(int devices)
    {
        Directory.CreateDirectory(folder.Combine("proc", "sys", "vm"));
        Directory.CreateDirectory(folder.Combine("dev"));
        Directory.CreateDirectory(folder.Combine("data"));
        WriteSwaps([]);
        for (int i = 0; i < devices; i++)
        {
            AddDevice($"zram{i}");
        }
    }

    public string Root => folder.Path;

    public string Data => folder.Combine("data");

    public string Note => folder.Combine("data", "zram.json");

    public bool MaySetUp { get; set; } = true;

    /// <summary>What <c>modprobe</c> brings.</summary>
    public int DevicesOfModule { get; set; }

    /// <summary>Thrown by the next swapon or swapoff, before it does anything.</summary>
    public Exception? Fault { get; set; }

    public IReadOnlyList<string> Swaps =>
        [.. File.ReadLines(folder.Combine("proc", "swaps")).Skip(1).Select(line => Path.GetFileName(line.Split('\t')[0]))];

    public long BytesOf(string device) => long.Parse(File.ReadAllText(FileOf(device, "disksize")).Trim(), null);

    public Task LoadAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < DevicesOfModule; i++)
        {
            AddDevice($"zram{i}");
        }
        return Task.CompletedTask;
    }

    public void SwapOn(string devicePath)
    {
        ThrowFault();
        Assert.NotEqual(0, BytesOf(Path.GetFileName(devicePath)));
        WriteSwaps([.. Swaps, Path.GetFileName(devicePath)]);
    }

    public void SwapOff(string devicePath)
    {
        ThrowFault();
        WriteSwaps([.. Swaps.Where(name => name != Path.GetFileName(devicePath))]);
    }

    public void AddDevice(string device)
    {
        Directory.CreateDirectory(folder.Combine("sys", "block", device));
        File.WriteAllText(FileOf(device, "disksize"), "0\n");
        File.WriteAllText(FileOf(device, "reset"), "0");
        File.WriteAllBytes(folder.Combine("dev", device), new byte[4096]);
    }

    /// <summary>Null if this kernel has no such setting.</summary>
    public string? Setting(string name) =>
        File.Exists(folder.Combine("proc", "sys", "vm", name)) ? File.ReadAllText(folder.Combine("proc", "sys", "vm", name)).Trim() : null;

    public void Setting(string name, string value) => File.WriteAllText(folder.Combine("proc", "sys", "vm", name), value + "\n");

    /// <summary>As another program would claim one.</summary>
    public void Take(string device, long bytes) => File.WriteAllText(FileOf(device, "disksize"), $"{bytes}\n");

    public void Settle()
    {
        foreach (string path in Directory.EnumerateDirectories(folder.Combine("sys", "block")).ToList())
        {
            string device = Path.GetFileName(path);
            if (File.ReadAllText(FileOf(device, "reset")) == "1")
            {
                Assert.DoesNotContain(device, Swaps);
                AddDevice(device);
            }
        }
    }

    /// <summary>The host starts again: devices are as at first, and files stay.</summary>
    public void Reboot()
    {
        WriteSwaps([]);
        foreach (string path in Directory.EnumerateDirectories(folder.Combine("sys", "block")).ToList())
        {
            AddDevice(Path.GetFileName(path));
        }
    }

    public void Dispose() => folder.Dispose();

    private string FileOf(string device, string name) => folder.Combine("sys", "block", device, name);

    private void WriteSwaps(IEnumerable<string> devices) =>
        File.WriteAllText(
            folder.Combine("proc", "swaps"),
            "Filename\tType\tSize\tUsed\tPriority\n" + string.Concat(devices.Select(name => $"/dev/{name}\tpartition\t1024\t0\t100\n"))
        );

    private void ThrowFault()
    {
        if (Fault is { } fault)
        {
            Fault = null;
            throw fault;
        }
    }
}
