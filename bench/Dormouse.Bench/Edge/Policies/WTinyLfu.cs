namespace Dormouse.Bench.Edge.Policies;

/// <summary>
/// W-TinyLFU (Einziger, Friedman, Manes): a window of one percent, a segmented main cache, and admission by how often a key was asked for
/// lately. Frequencies are counted exactly and halved from time to time, which a sketch does approximately.
/// </summary>
internal sealed class WTinyLfu : IPolicy
{
    private const double WindowShare = 0.01;
    private const double ProtectedShare = 0.8;
    private const int MaxFrequency = 15;
    private const int SamplesPerEntry = 10;

    private readonly KeyQueue window = new();
    private readonly KeyQueue probation = new();
    private readonly KeyQueue guarded = new();
    private readonly int windowMax;
    private readonly int mainMax;
    private readonly int guardedMax;
    private readonly int samplesMax;
    private Dictionary<int, int> frequencies = [];
    private int samples;

    public WTinyLfu(int entries)
    {
        windowMax = Math.Max(1, (int)(entries * WindowShare));
        mainMax = entries - windowMax;
        guardedMax = (int)(mainMax * ProtectedShare);
        samplesMax = SamplesPerEntry * entries;
    }

    public bool Ask(int key)
    {
        Count(key);
        if (window.Contains(key))
        {
            window.Renew(key);
            return true;
        }
        if (guarded.Contains(key))
        {
            guarded.Renew(key);
            return true;
        }
        if (probation.Remove(key))
        {
            guarded.Add(key);
            if (guarded.Count > guardedMax)
            {
                probation.Add(guarded.TakeOldest());
            }
            return true;
        }
        window.Add(key);
        if (window.Count > windowMax)
        {
            Admit(window.TakeOldest());
        }
        return false;
    }

    private void Admit(int candidate)
    {
        if (probation.Count + guarded.Count < mainMax)
        {
            probation.Add(candidate);
            return;
        }
        KeyQueue victims = probation.Count > 0 ? probation : guarded;
        if (frequencies.GetValueOrDefault(candidate) > frequencies.GetValueOrDefault(victims.Oldest))
        {
            victims.TakeOldest();
            probation.Add(candidate);
        }
    }

    private void Count(int key)
    {
        int count = frequencies.GetValueOrDefault(key);
        if (count < MaxFrequency)
        {
            frequencies[key] = count + 1;
        }
        if (++samples >= samplesMax)
        {
            frequencies = frequencies.Where(pair => pair.Value > 1).ToDictionary(pair => pair.Key, pair => pair.Value / 2);
            samples /= 2;
        }
    }
}
